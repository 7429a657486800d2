//! As much of Rust as is needed to tell functions and calls apart.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// A piece of source. Comments, lifetimes and characters are left out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Token {
    Word(String),
    Text(String),
    /// `::`
    Path,
    Mark(char),
}

/// A file, without its tests.
pub(super) struct Source {
    /// The file's name.
    pub(super) file: String,
    /// The module of the crate that it belongs to; a file below a directory belongs to the directory's.
    pub(super) module: String,
    pub(super) items: Vec<Item>,
    tokens: Vec<Token>,
}

/// A function, or a method of a type.
pub(super) struct Item {
    pub(super) name: String,
    pub(super) of_type: Option<String>,
    pub(super) tokens: Vec<Token>,
}

impl Source {
    pub(super) fn parse(text: &str, path: &Path) -> Self {
        let tokens = without_tests(tokens(text));
        let stem = |path: &Path| path.file_stem().unwrap().to_str().unwrap().to_owned();
        let module = stem(path.iter().next().unwrap().as_ref());
        Self { file: stem(path), module, items: items(&tokens), tokens }
    }

    /// All words in `use` declarations of what is in a crate.
    pub(super) fn imported(&self, krate: &str) -> BTreeSet<String> {
        let uses = self.tokens.split(|token| *token == Token::Mark(';')).filter_map(|declaration| {
            let at = declaration.windows(2).position(|pair| pair == [word("use"), word(krate)])?;
            Some(&declaration[at..])
        });
        uses.flatten().filter_map(Token::word).map(str::to_owned).collect()
    }

    /// What of a crate is imported, or named by its whole path.
    pub(super) fn named_of(&self, krate: &str) -> BTreeSet<String> {
        let whole = self.tokens.windows(3).filter_map(|path| match path {
            [first, Token::Path, Token::Word(module)] if *first == word(krate) => Some(module.clone()),
            _ => None,
        });
        whole.chain(self.imported(krate)).collect()
    }

    /// All words.
    pub(super) fn words(&self) -> BTreeSet<String> {
        self.tokens.iter().filter_map(Token::word).map(str::to_owned).collect()
    }
}

impl Item {
    /// The first text of each pair in the list that `choice` is given for a variable, be it written there or before.
    pub(super) fn choices(&self, variable: &str) -> Option<BTreeSet<String>> {
        let tokens = &self.tokens;
        let call = [
            word("choice"),
            Token::Mark('('),
            Token::Text(variable.to_owned()),
            Token::Mark(','),
            Token::Mark('&'),
        ];
        let at = tokens.windows(call.len()).position(|window| window == call)? + call.len();
        let list = match &tokens[at] {
            Token::Word(name) => {
                let before = [word("let"), word(name), Token::Mark('=')];
                tokens.windows(3).position(|window| window == before)? + 3
            }
            _ => at,
        };
        let pairs = tokens[list..].iter().take_while(|token| **token != Token::Mark(']')).collect::<Vec<_>>();
        let first = pairs.windows(2).filter_map(|pair| match pair {
            [Token::Mark('('), Token::Text(text)] => Some(text.clone()),
            _ => None,
        });
        Some(first.collect())
    }

    /// The arms of a `match` on `Self`: each variant with the texts in what it becomes.
    pub(super) fn arms(&self) -> BTreeMap<String, Vec<String>> {
        let mut arms = BTreeMap::<String, Vec<String>>::new();
        let mut variants: Vec<&str> = vec![];
        let mut decided = false;
        for window in self.tokens.windows(3) {
            match window {
                [Token::Word(own), Token::Path, Token::Word(variant)] if own == "Self" => {
                    if decided {
                        variants.clear();
                    }
                    decided = false;
                    variants.push(variant);
                }
                [Token::Text(text), ..] => {
                    decided = true;
                    for variant in &variants {
                        arms.entry((*variant).to_owned()).or_default().push(text.clone());
                    }
                }
                _ => {}
            }
        }
        arms
    }
}

impl Token {
    fn word(&self) -> Option<&str> {
        match self {
            Self::Word(word) => Some(word),
            _ => None,
        }
    }
}

fn word(text: &str) -> Token {
    Token::Word(text.to_owned())
}

/// Takes source apart.
pub(super) fn tokens(text: &str) -> Vec<Token> {
    let chars: Vec<char> = text.chars().collect();
    let until = |from: usize, end: &dyn Fn(usize) -> bool| {
        (from..chars.len()).find(|i| end(*i)).unwrap_or(chars.len())
    };
    let mut tokens = vec![];
    let mut at = 0;
    while let Some(&char) = chars.get(at) {
        let next = chars.get(at + 1).copied();
        match char {
            '/' if next == Some('/') => at = until(at, &|i| chars[i] == '\n'),
            '"' => {
                let end =
                    until(at + 1, &|i| chars[i] == '"' && (chars[i - 1] != '\\' || chars[i - 2] == '\\'));
                tokens.push(Token::Text(chars[at + 1..end].iter().collect()));
                at = end + 1;
            }
            'r' if next == Some('#') && chars.get(at + 2) == Some(&'"') => {
                let end = until(at + 3, &|i| chars[i] == '"' && chars.get(i + 1) == Some(&'#'));
                tokens.push(Token::Text(chars[at + 3..end].iter().collect()));
                at = end + 2;
            }
            // A character, or the mark of a lifetime.
            '\'' if next == Some('\\') => at = until(at + 3, &|i| chars[i] == '\'') + 1,
            '\'' if chars.get(at + 2) == Some(&'\'') => at += 3,
            '\'' => at += 1,
            ':' if next == Some(':') => {
                tokens.push(Token::Path);
                at += 2;
            }
            _ if char.is_alphanumeric() || char == '_' => {
                let end = until(at, &|i| !(chars[i].is_alphanumeric() || chars[i] == '_'));
                tokens.push(Token::Word(chars[at..end].iter().collect()));
                at = end;
            }
            _ if char.is_whitespace() => at += 1,
            _ => {
                tokens.push(Token::Mark(char));
                at += 1;
            }
        }
    }
    tokens
}

fn without_tests(mut tokens: Vec<Token>) -> Vec<Token> {
    let test = self::tokens("#[cfg(test)]");
    while let Some(at) = tokens.windows(test.len()).position(|window| window == test) {
        let end = end_of_item(&tokens, at + test.len());
        tokens.drain(at..end);
    }
    tokens
}

/// Behind the item that begins at `from`: behind its braces, or its semicolon (which is not that of `[u8; 32]`).
fn end_of_item(tokens: &[Token], from: usize) -> usize {
    let (mut depth, mut at) = (0, from);
    while let Some(token) = tokens.get(at) {
        at += 1;
        match token {
            Token::Mark('{' | '[' | '(') => depth += 1,
            Token::Mark('}') if depth == 1 => return at,
            Token::Mark('}' | ']' | ')') => depth -= 1,
            Token::Mark(';') if depth == 0 => return at,
            _ => {}
        }
    }
    at
}

fn items(tokens: &[Token]) -> Vec<Item> {
    let mut items = vec![];
    let (mut at, mut within) = (0, None::<(String, usize)>);
    while let Some(token) = tokens.get(at) {
        within = within.filter(|(_, end)| at < *end);
        match (token.word(), tokens.get(at + 1)) {
            (Some("fn"), Some(Token::Word(name))) => {
                let end = end_of_item(tokens, at);
                let of_type = within.as_ref().map(|(name, _)| name.clone());
                // Padded, so that every token is the first of some window.
                let padding = std::iter::repeat_n(Token::Mark(' '), 5);
                let tokens = tokens[at + 2..end].iter().cloned().chain(padding).collect();
                items.push(Item { name: name.clone(), of_type, tokens });
                at = end;
            }
            (Some("impl"), _) => {
                let head = tokens[at..].iter().position(|token| *token == Token::Mark('{')).unwrap();
                within = Some((implemented(&tokens[at + 1..at + head]), end_of_item(tokens, at)));
                at += head + 1;
            }
            _ => at += 1,
        }
    }
    items
}

/// The type in the head of an `impl`.
fn implemented(head: &[Token]) -> String {
    let after_for = head.iter().position(|token| *token == word("for")).map_or(0, |at| at + 1);
    let mut depth = 0;
    for token in &head[after_for..] {
        match token {
            Token::Mark('<') => depth += 1,
            Token::Mark('>') => depth -= 1,
            Token::Word(name) if depth == 0 => return name.clone(),
            _ => {}
        }
    }
    panic!("an impl of nothing: {head:?}")
}

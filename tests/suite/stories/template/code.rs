//! What the code calls and reads, told from its source: the functions (`fn`) of `tollgate-aws` with the SDK operations,
//! tables and variables in each, and the calls between them, followed from all that a Lambda function holds. Calls are
//! told by their names, so too much may be found, which makes a test fail that somebody then looks at. Too little is found
//! of a method whose type the calling crate never names.

mod tokens;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use tollgate_aws::tables::schema::TABLES;

use super::yaml::root;
use tokens::{Item, Source, Token};

/// What a Lambda function can reach.
#[derive(Debug, Default)]
pub(super) struct Reached {
    /// The variables that it reads.
    pub(super) variables: BTreeSet<String>,
    /// What it calls: `service:Action`, and of DynamoDB with the table or index.
    pub(super) actions: BTreeSet<String>,
}

/// The source of `tollgate-aws` and of the functions.
pub(super) struct Code {
    aws: Vec<Source>,
}

/// An operation of the SDK, and the action that IAM knows it by.
const OPERATIONS: [(&str, &str); 18] = [
    ("get_item", "dynamodb:GetItem"),
    ("put_item", "dynamodb:PutItem"),
    ("update_item", "dynamodb:UpdateItem"),
    ("delete_item", "dynamodb:DeleteItem"),
    ("query", "dynamodb:Query"),
    ("scan", "dynamodb:Scan"),
    ("batch_get_item", "dynamodb:BatchGetItem"),
    ("batch_write_item", "dynamodb:BatchWriteItem"),
    // Allowed by what is in it.
    ("transact_write_items", ""),
    ("start_outbound_voice_contact", "connect:StartOutboundVoiceContact"),
    ("describe_contact", "connect:DescribeContact"),
    ("stop_contact", "connect:StopContact"),
    ("search_contacts", "connect:SearchContacts"),
    ("get_contact_attributes", "connect:GetContactAttributes"),
    ("phone_number_validate", "mobiletargeting:PhoneNumberValidate"),
    ("carrier_lookup", "sms-voice:CarrierLookup"),
    ("put_metric_data", "cloudwatch:PutMetricData"),
    // No call.
    ("clone", ""),
];

/// What a transaction or a batch is built of, and the action that IAM knows it by.
const PARTS: [(&str, &str); 5] = [
    ("Put", "dynamodb:PutItem"),
    ("Update", "dynamodb:UpdateItem"),
    ("Delete", "dynamodb:DeleteItem"),
    ("ConditionCheck", "dynamodb:ConditionCheckItem"),
    ("KeysAndAttributes", "dynamodb:BatchGetItem"),
];

/// The methods that functions are handed to.
const HANDED_TO: [&str; 5] = ["map", "and_then", "filter_map", "flat_map", "then"];

/// The rooms of `tollgate-aws`.
const ROOMS: [&str; 3] = ["tables", "transitions", "services"];

/// Methods that iterators have, too; ours are called on a name.
const IN_STD: [&str; 1] = ["find"];

impl Code {
    pub(super) fn read() -> Self {
        Self { aws: sources(&root().join("shared/tollgate-aws/src")) }
    }

    /// What a Lambda function can reach: everything in its own crate, and what that calls.
    pub(super) fn reached_by(&self, function: &str) -> Reached {
        let own = with_operations(sources(&root().join("functions").join(function).join("src")));
        let types: BTreeSet<_> = own.iter().flat_map(|source| source.imported("tollgate_aws")).collect();
        let mut reached = Reached::default();
        let mut seen = BTreeSet::new();
        let mut next = vec![];
        for source in &own {
            let names = source.imported("tollgate_aws");
            for item in &source.items {
                note(item, source, &mut reached);
                next.extend(self.called(item, None, &names, &types));
            }
        }
        while let Some((file, index)) = next.pop() {
            if !seen.insert((file, index)) {
                continue;
            }
            let source = &self.aws[file];
            let item = &source.items[index];
            note(item, source, &mut reached);
            let names = source.imported("crate");
            next.extend(self.called(item, Some(source), &names, &source.words()));
        }
        let whole: Vec<_> =
            reached.actions.iter().filter_map(|action| action.strip_suffix('*').map(str::to_owned)).collect();
        reached
            .actions
            .retain(|action| action.ends_with('*') || !whole.iter().any(|all| action.starts_with(all)));
        reached
    }

    /// What an item calls in `tollgate-aws`. `of` is its own file there; `names` are those that its file imports from
    /// there, and `types` those whose methods it may call.
    fn called(
        &self,
        item: &Item,
        of: Option<&Source>,
        names: &BTreeSet<String>,
        types: &BTreeSet<String>,
    ) -> Vec<(usize, usize)> {
        let mut calls = vec![];
        let mut find = |wanted: &dyn Fn(&Source, &Item) -> bool| {
            for (file, source) in self.aws.iter().enumerate() {
                calls.extend(
                    source
                        .items
                        .iter()
                        .enumerate()
                        .filter(|(_, item)| wanted(source, item))
                        .map(|(i, _)| (file, i)),
                );
            }
        };
        let here = |source: &Source| of.is_some_and(|of| of.module == source.module);
        for window in item.tokens.windows(4) {
            match window {
                [Token::Word(on), Token::Path, Token::Word(name), _] => {
                    let on = if on == "Self" { item.of_type.as_ref().unwrap_or(on) } else { on };
                    let known = of.is_some() || names.contains(on);
                    find(&|source, found| {
                        let module = found.of_type.is_none()
                            && (source.module == *on
                                || source.file == *on
                                || (on == "super" && here(source)));
                        known && found.name == *name && (module || found.of_type.as_ref() == Some(on))
                    });
                }
                [on, Token::Mark('.'), Token::Word(name), Token::Mark('(')]
                    if matches!(on, Token::Word(_)) || !IN_STD.contains(&name.as_str()) =>
                {
                    find(&|_, found| {
                        found.name == *name && found.of_type.as_ref().is_some_and(|of| types.contains(of))
                    });
                }
                // A function that is handed on: `.map(read)`.
                [Token::Word(to), Token::Mark('('), Token::Word(name), Token::Mark(')')]
                    if HANDED_TO.contains(&to.as_str()) =>
                {
                    find(&|source, found| found.name == *name && found.of_type.is_none() && here(source));
                }
                [before, Token::Word(name), Token::Mark('('), _]
                    if !matches!(before, Token::Mark('.') | Token::Path) =>
                {
                    find(&|source, found| {
                        let imported = names.contains(name) && names.contains(&source.module);
                        found.name == *name && found.of_type.is_none() && (here(source) || imported)
                    });
                }
                _ => {}
            }
        }
        calls
    }

    /// The values that the code knows for a variable.
    pub(super) fn choices(&self, variable: &str) -> BTreeSet<String> {
        let intake = sources(&root().join("functions/intake/src"));
        let items = self.aws.iter().chain(&intake).flat_map(|source| &source.items);
        let found = items.filter_map(|item| item.choices(variable)).next();
        found.unwrap_or_else(|| panic!("no choice of {variable} is found in the code"))
    }

    /// The filters of the functions on the stream, as the local stack has them.
    pub(super) fn stream_filters() -> BTreeMap<String, Vec<String>> {
        let text = super::yaml::text("tools/local/src/stack/filters.rs");
        let source = Source::parse(&text, Path::new("filters.rs"));
        source.items.iter().find(|item| item.name == "patterns").unwrap().arms()
    }

    /// The headers of AWS WAF that intake believes.
    pub(super) fn waf_headers(&self) -> BTreeSet<String> {
        let text = super::yaml::text("functions/intake/src/edge.rs");
        let texts = tokens::tokens(&text).into_iter().filter_map(|token| match token {
            Token::Text(text) if text.starts_with("x-amzn-waf-") => Some(text),
            _ => None,
        });
        texts.collect()
    }

    /// The metrics that the code sends, with their dimension if they have one.
    pub(super) fn metrics(&self) -> BTreeMap<String, Option<String>> {
        let metrics = self.aws.iter().find(|source| source.file == "metric").unwrap();
        let item = |name: &str| metrics.items.iter().find(|item| item.name == name).unwrap();
        let dimensions = item("dimension").arms();
        let first = |texts: &Vec<String>| texts.first().cloned();
        let names = item("name").arms().into_iter();
        names.map(|(variant, name)| (name.concat(), dimensions.get(&variant).and_then(first))).collect()
    }
}

/// A function's sources, with those modules of `operations` that they name, and that these name in turn.
fn with_operations(mut own: Vec<Source>) -> Vec<Source> {
    let all = sources(&root().join("shared/operations/src"));
    let mut named: BTreeSet<String> = own.iter().flat_map(|source| source.named_of("operations")).collect();
    loop {
        let of_named = all.iter().filter(|source| named.contains(&source.module));
        let more: BTreeSet<_> = of_named.flat_map(|source| source.imported("crate")).collect();
        let before = named.len();
        named.extend(more);
        if named.len() == before {
            break;
        }
    }
    own.extend(all.into_iter().filter(|source| named.contains(&source.module)));
    own
}

fn sources(directory: &Path) -> Vec<Source> {
    let mut sources = vec![];
    let mut next = vec![directory.to_owned()];
    while let Some(path) = next.pop() {
        if path.is_dir() {
            next.extend(path.read_dir().unwrap().map(|entry| entry.unwrap().path()));
        } else if path.extension().is_some_and(|extension| extension == "rs") && !path.ends_with("tests.rs") {
            let inner = path.strip_prefix(directory).unwrap();
            // A module is named without its room.
            let inner = ROOMS.iter().find_map(|room| inner.strip_prefix(room).ok()).unwrap_or(inner);
            sources.push(Source::parse(&std::fs::read_to_string(&path).unwrap(), inner));
        }
    }
    assert!(!sources.is_empty(), "{} has no source", directory.display());
    sources
}

/// Notes what stands in an item itself.
fn note(item: &Item, source: &Source, reached: &mut Reached) {
    let mut actions = BTreeSet::new();
    let mut tables = BTreeSet::new();
    let mut index = None;
    for window in item.tokens.windows(5) {
        match window {
            [
                Token::Word(client),
                Token::Mark('.'),
                Token::Word(operation),
                Token::Mark('('),
                Token::Mark(')'),
            ] if client == "client" && operation != "config" => {
                let known = OPERATIONS.iter().find(|(name, _)| name == operation);
                let (_, action) =
                    known.unwrap_or_else(|| panic!("{}: unknown operation {operation}", item.name));
                actions.insert(*action);
            }
            [Token::Word(part), Token::Path, Token::Word(builder), ..] if builder == "builder" => {
                actions.extend(PARTS.iter().filter(|(name, _)| name == part).map(|(_, action)| *action));
            }
            [Token::Word(names), Token::Mark('.'), Token::Word(table), ..] if names == "names" => {
                tables.extend(
                    Some(pascal(table)).filter(|table| TABLES.iter().any(|known| known.name == *table)),
                );
            }
            // What gather reads is told by its own names for the tables.
            [Token::Word(table), Token::Path, Token::Word(name), ..]
                if table == "Table" && name != "ALL" && source.file == "gather" =>
            {
                reached.actions.insert(format!("dynamodb:BatchGetItem {name}"));
            }
            [Token::Word(name), Token::Mark('('), Token::Text(text), ..] if name == "index_name" => {
                index = Some(text.as_str());
            }
            [Token::Word(name), Token::Mark('('), ..] if name == "index_name" => index = Some("*"),
            [Token::Word(reads), Token::Mark('('), Token::Text(variable), ..]
                if ["required", "optional", "choice"].contains(&reads.as_str()) =>
            {
                reached.variables.insert(variable.clone());
            }
            _ => {}
        }
    }
    for action in actions.into_iter().filter(|action| !action.is_empty()) {
        if action.starts_with("dynamodb:") {
            let index = index.filter(|_| action.ends_with("Query")).map(|index| format!("/index/{index}"));
            let index = index.unwrap_or_default();
            reached.actions.extend(tables.iter().map(|table| format!("{action} {table}{index}")));
        } else {
            reached.actions.insert(action.to_owned());
        }
    }
}

/// `deny_list` is the table `DenyList`.
fn pascal(snake: &str) -> String {
    let mut words: Vec<Vec<char>> = snake.split('_').map(|word| word.chars().collect()).collect();
    words.iter_mut().filter_map(|word| word.first_mut()).for_each(|first| first.make_ascii_uppercase());
    words.concat().into_iter().collect()
}

//! Leaks that are planted: what a product that tells would look like. Each must be found.

use tollgate::request::RequestId;
use tollgate_aws::tables::requests;

use super::classes::{Class, Mixed};
use crate::world::Answer;

/// What tells of a duplicate (or, the last one, of a refused request).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Leak {
    /// A header more.
    Header,
    /// The same headers in another order.
    HeaderOrder,
    /// One byte more.
    Byte,
    /// Another status line.
    Status,
    /// One bit of the id.
    IdBit,
    /// A read more before the answer.
    Read,
    /// A status that reads `ended` before its time.
    EndedEarly,
}

impl Leak {
    /// What the door would do before it answers.
    pub(super) async fn work(self, class: Class, mixed: &Mixed, id: &str) {
        if self == Self::Read && class == Class::Duplicate {
            let id = RequestId::parse(id).unwrap();
            requests::get(&mixed.world.stack.tables, id, mixed.world.now()).await.unwrap();
        }
    }

    /// What the door would answer to a new request.
    pub(super) fn on_post(self, class: Class, answer: &mut Answer, id: &mut String) {
        if class != Class::Duplicate {
            return;
        }
        match self {
            Self::Header => drop(answer.headers.insert("x-known", "1".parse().unwrap())),
            Self::HeaderOrder => {
                let moved = answer.headers.remove("content-type").unwrap();
                answer.headers.insert("content-type", moved);
            }
            Self::Byte => answer.text.push('\n'),
            Self::Status => answer.status = 200,
            Self::IdBit => {
                let odd = id.pop().unwrap().to_digit(16).unwrap() | 1;
                id.push(char::from_digit(odd, 16).unwrap());
            }
            Self::Read | Self::EndedEarly => {}
        }
    }

    /// What the door would answer to a look.
    pub(super) fn on_look(self, class: Class, age: i64, answer: &mut Answer) {
        if self == Self::EndedEarly && class == Class::DenyListed && age >= 300 {
            answer.text = answer.text.replace("accepted", "ended");
        }
    }
}

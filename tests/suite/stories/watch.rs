//! A watch over DynamoDB: which operations a story makes, how many round trips they take one after another, and what
//! they cost.
//!
//! **Sequential round trips** are the length of the longest chain of operations of which each began after the one before
//! it had ended. They are counted as they happen: an operation belongs to the current round unless an operation of that
//! round has ended before it begins; then it opens the next round. Futures that are joined are all polled before any of
//! them can end, so the count depends neither on the machine nor on its load. A retry inside the SDK is part of its
//! operation. What services other than DynamoDB are asked is not counted.
//!
//! **Request units** are what DynamoDB says that it consumed; every operation is made to ask for it. The embedded engine
//! counts as AWS documents: a read by consistency, half a unit or one for each 4 KB and for each item that is not there; a
//! write one for each KB of the larger of the item before and after it, and one more for each entry of an index that it adds, changes or
//! removes (two for one that moves); in a transaction twice for the item and once for its index entries. What fails tells
//! no consumption, so it is reckoned by AWS's rules here: a condition that does not hold costs one write, a transaction that
//! is refused two for each of its items. (Of larger items it would be more; ours are below 1 KB where this happens.)

use std::mem;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use aws_sdk_dynamodb::operation as op;
use aws_sdk_dynamodb::types::{ConsumedCapacity, ReturnConsumedCapacity};
use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::context::{
    BeforeSerializationInterceptorContextMut, Error, FinalizerInterceptorContextRef, Input, Output,
};
use aws_smithy_runtime_api::client::interceptors::{Intercept, SharedInterceptor};
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::config_bag::{ConfigBag, Storable, StoreReplace};

/// What was seen since the last look.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Seen {
    /// The operations of each round, in the order in which they began.
    pub(crate) rounds: Vec<Vec<&'static str>>,
    /// Read request units.
    pub(crate) reads: f64,
    /// Write request units.
    pub(crate) writes: f64,
    /// Attributes of items that were got one at a time: what an answer has to carry.
    pub(crate) attributes: usize,
    ended: bool,
}

/// The watch. Clones are the same one.
#[derive(Debug, Clone, Default)]
pub(crate) struct Watch(Arc<Mutex<Watched>>);

#[derive(Default)]
struct Watched {
    seen: Seen,
    before: Option<(&'static str, Act)>,
}

type Act = Box<dyn FnOnce() + Send>;

/// The round that an operation belongs to.
#[derive(Debug)]
struct Round(usize);

impl Storable for Round {
    type Storer = StoreReplace<Self>;
}

impl Seen {
    /// The round trips, one after another.
    pub(crate) fn round_trips(&self) -> usize {
        self.rounds.len()
    }

    fn begins(&mut self, operation: &'static str) -> Round {
        if mem::take(&mut self.ended) || self.rounds.is_empty() {
            self.rounds.push(vec![]);
        }
        self.rounds.last_mut().unwrap().push(operation);
        Round(self.rounds.len())
    }

    fn ends(&mut self, round: usize) {
        self.ended |= round == self.rounds.len();
    }
}

impl Watch {
    /// What is given to the stack's options.
    pub(crate) fn interceptor(&self) -> SharedInterceptor {
        SharedInterceptor::new(self.clone())
    }

    /// What was seen since the last look.
    pub(crate) fn look(&self) -> Seen {
        mem::take(&mut self.watched().seen)
    }

    /// Does something just before the next operation of this name: what a rival does between two of our steps.
    pub(crate) fn before_next(&self, operation: &'static str, act: impl FnOnce() + Send + 'static) {
        self.watched().before = Some((operation, Box::new(act)));
    }

    fn watched(&self) -> MutexGuard<'_, Watched> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl std::fmt::Debug for Watched {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.seen.fmt(f)
    }
}

impl Intercept for Watch {
    fn name(&self) -> &'static str {
        "Watch"
    }

    fn modify_before_serialization(
        &self,
        context: &mut BeforeSerializationInterceptorContextMut<'_>,
        _: &RuntimeComponents,
        config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let operation = ask_for_units(context.input_mut());
        let due = self.watched().before.take_if(|(of, _)| *of == operation);
        if let Some((_, act)) = due {
            act();
        }
        let round = self.watched().seen.begins(operation);
        config.interceptor_state().store_put(round);
        Ok(())
    }

    fn read_after_execution(
        &self,
        context: &FinalizerInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let seen = &mut self.watched().seen;
        if let Some(Round(round)) = config.load::<Round>() {
            seen.ends(*round);
        }
        let (reads, writes) = match context.output_or_error() {
            Some(Ok(output)) => units(output),
            Some(Err(error)) => (0.0, error.as_operation_error().map_or(0.0, units_of_failure)),
            None => (0.0, 0.0),
        };
        seen.reads += reads;
        seen.writes += writes;
        if let Some(Ok(output)) = context.output_or_error() {
            let got = output.downcast_ref::<op::get_item::GetItemOutput>();
            seen.attributes += got.and_then(|got| got.item()).map_or(0, |item| item.len());
        }
        Ok(())
    }
}

/// Makes an operation ask for what it consumes, and tells its name.
fn ask_for_units(input: &mut Input) -> &'static str {
    macro_rules! ask {
        ($($module:ident :: $input:ident,)*) => {
            $(if let Some(input) = input.downcast_mut::<op::$module::$input>() {
                input.return_consumed_capacity = Some(ReturnConsumedCapacity::Total);
                return stringify!($input).trim_end_matches("Input");
            })*
        };
    }
    ask! {
        put_item::PutItemInput, update_item::UpdateItemInput, delete_item::DeleteItemInput, get_item::GetItemInput,
        batch_get_item::BatchGetItemInput, batch_write_item::BatchWriteItemInput,
        transact_write_items::TransactWriteItemsInput, query::QueryInput, scan::ScanInput,
    }
    panic!("an operation that is not reckoned with: {input:?}");
}

/// Read and write units of what was answered.
fn units(output: &Output) -> (f64, f64) {
    macro_rules! units {
        ($($module:ident :: $output:ident => $side:ident,)*) => {
            $(if let Some(output) = output.downcast_ref::<op::$module::$output>() {
                return $side(output.consumed_capacity().into_iter().filter_map(ConsumedCapacity::capacity_units).sum());
            })*
        };
    }
    fn reads(units: f64) -> (f64, f64) {
        (units, 0.0)
    }
    fn writes(units: f64) -> (f64, f64) {
        (0.0, units)
    }
    units! {
        put_item::PutItemOutput => writes,
        update_item::UpdateItemOutput => writes,
        delete_item::DeleteItemOutput => writes,
        get_item::GetItemOutput => reads,
        batch_get_item::BatchGetItemOutput => reads,
        batch_write_item::BatchWriteItemOutput => writes,
        transact_write_items::TransactWriteItemsOutput => writes,
        query::QueryOutput => reads,
        scan::ScanOutput => reads,
    }
    panic!("an answer that is not reckoned with: {output:?}");
}

/// Write units of what was refused.
fn units_of_failure(error: &Error) -> f64 {
    use op::transact_write_items::TransactWriteItemsError;
    if let Some(TransactWriteItemsError::TransactionCanceledException(canceled)) = error.downcast_ref() {
        return 2.0 * canceled.cancellation_reasons().iter().map(|_| 1.0).sum::<f64>();
    }
    let put = error.downcast_ref::<op::put_item::PutItemError>();
    let update = error.downcast_ref::<op::update_item::UpdateItemError>();
    let delete = error.downcast_ref::<op::delete_item::DeleteItemError>();
    let failed = put.is_some_and(op::put_item::PutItemError::is_conditional_check_failed_exception)
        || update.is_some_and(op::update_item::UpdateItemError::is_conditional_check_failed_exception)
        || delete.is_some_and(op::delete_item::DeleteItemError::is_conditional_check_failed_exception);
    if failed { 1.0 } else { 0.0 }
}

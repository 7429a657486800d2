//! How the SDK's requests reach the engine and the stand-ins: over HTTP on loopback, or in process, without a socket and
//! without waiting, where somebody may decide what happens to each on its way.

mod in_process;

use std::fmt;
use std::future::{poll_fn, ready};
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use aws_smithy_async::rt::sleep::{AsyncSleep, Sleep};
use futures::future::BoxFuture;

pub(crate) use in_process::InProcess;

/// A way to the engine and the stand-ins.
#[derive(Debug, Clone)]
pub enum Wire {
    /// HTTP on loopback. It needs a Tokio runtime.
    Loopback,
    /// Calls in process. Back-offs pass at once, and a time-out strikes at once when nothing would answer, so that only
    /// the order of things is left. It needs no runtime.
    InProcess(Crossing),
}

/// What happens to requests on their way.
#[derive(Clone)]
pub struct Crossing(Option<Decide>);

/// Says what becomes of a request.
type Decide = Arc<dyn Fn(Call) -> BoxFuture<'static, Fate> + Send + Sync>;

/// A request on its way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    /// Where to.
    pub service: ServiceName,
    /// DynamoDB's operation (`PutItem`), or the method and path.
    pub operation: String,
    /// What it asks.
    pub input: Vec<u8>,
}

/// Whom a request is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ServiceName {
    /// The embedded DynamoDB.
    DynamoDb,
    /// The stand-in for Amazon Connect.
    Connect,
    /// The stand-in for the carrier lookup.
    Carrier,
    /// The stand-in for the issuer of operators' tokens.
    Issuer,
}

/// What becomes of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fate {
    /// It arrives, and so does the answer.
    Arrives,
    /// This body arrives in its place: somebody has tampered with it.
    ArrivesAs(Vec<u8>),
    /// It never arrives: the connection fails.
    Lost,
    /// It arrives, and the answer does not: time-out.
    AnswerLost,
    /// Somebody else answers it, with this status and JSON body.
    Answered {
        /// The HTTP status.
        status: u16,
        /// The body.
        body: String,
    },
}

impl Wire {
    /// In process, with everything arriving. Requests that are sent together are all on their way before one arrives.
    #[must_use]
    pub fn in_process() -> Self {
        Self::InProcess(Crossing(None))
    }
}

impl Crossing {
    /// Everything arrives.
    pub(crate) fn open() -> Self {
        Self(None)
    }

    /// Asks `decide` about each request, and waits for what it says.
    pub fn new(decide: impl Fn(Call) -> BoxFuture<'static, Fate> + Send + Sync + 'static) -> Self {
        Self(Some(Arc::new(decide)))
    }

    /// What becomes of a request, which is described to whoever decides, if somebody does.
    async fn decide(&self, describe: impl FnOnce() -> Call) -> Fate {
        match &self.0 {
            Some(decide) => decide(describe()).await,
            None => {
                let_others_go().await;
                Fate::Arrives
            }
        }
    }
}

impl fmt::Debug for Crossing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Crossing")
    }
}

/// Waits until everybody else who can go on has done so.
pub async fn let_others_go() {
    let mut waited = false;
    poll_fn(|context| {
        if std::mem::replace(&mut waited, true) {
            return Poll::Ready(());
        }
        context.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}

/// The SDK's sleep, in process: what backs off goes on at once, what guards a call waits for ever.
#[derive(Debug, Clone, Copy)]
pub(crate) struct NoTime;

/// Longer than any back-off, and shorter than any time-out of `tollgate_aws`.
const BACK_OFF_MAX: Duration = Duration::from_secs(1);

impl AsyncSleep for NoTime {
    fn sleep(&self, duration: Duration) -> Sleep {
        if duration <= BACK_OFF_MAX { Sleep::new(ready(())) } else { Sleep::new(std::future::pending()) }
    }
}

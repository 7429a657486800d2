//! What Lambda starts: the function that the handler names. Lambda tells the handler in `_HANDLER`.

use bootstrap::Function;
use lambda_runtime::Error;
use tollgate_aws::environment;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    environment::start_logging();
    // As text: an error that ends the process is printed for developers, and this one is for whoever deploys.
    let function = Function::named(&environment::required("_HANDLER")?).map_err(|error| error.to_string())?;
    function.run().await
}

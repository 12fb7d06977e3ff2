//! `peise models`: what can be loaded by name.

use crate::failure::{Failure, Outcome};
use crate::output;
use clap::Args;
use peise::model_folder::{EMBEDDED_CARD, embedded_bytes};

/// List the models that --model accepts, with licence and card.
#[derive(Debug, Args)]
pub struct ModelsArgs {
    /// Print the card of a model.
    #[arg(long, value_name = "NAME")]
    card: Option<String>,
}

/// Runs the command.
pub fn run(args: &ModelsArgs) -> Result<Outcome, Failure> {
    match args.card.as_deref() {
        Some("compact") => output::print(EMBEDDED_CARD)?,
        Some(other) => {
            return Err(Failure::Usage(format!(
                "--card {other}: only compact has a card; `peise models` lists the others"
            )));
        }
        None => {
            let megabytes = embedded_bytes() as f64 / 1e6;
            output::print(&format!(
                "compact\tembedded, {megabytes:.1} MB\tApache-2.0 OR MIT\tpeise models --card compact\n\
                 random\tbaseline\t-\trandom scores; shows what the rules alone give\n\
                 nearest-colour\tbaseline\t-\tcolour words of the label against colours of the product in CIELAB\n\
                 DIR\tany folder that peise train wrote, e.g. RUN/best: architectures compact and report\n"
            ))?;
        }
    }
    Ok(Outcome::Done)
}

//! `zkspec schema`: a release's schema file against the codec.

use std::path::PathBuf;

use anstyle::AnsiColor;
use anstyle::Style;
use jute_codec::RECORDS;
use serde_json::json;

use crate::cli::Exit;
use crate::cli::Trouble;
use crate::cli::count::plural;
use crate::cli::format::Format;
use crate::cli::input;
use crate::cli::say;
use crate::idl;
use crate::idl::Comparison;
use crate::idl::Difference;
use crate::idl::Idl;
use crate::idl::What;

const GOOD: Style = AnsiColor::Green.on_default();
const BAD: Style = AnsiColor::Red.on_default().bold();
const DIM: Style = Style::new().dimmed();

/// What `zkspec schema` takes.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// A schema file, such as the zookeeper.jute of a release.
    file: PathBuf,
    /// As text for people, or one JSON object a line for each difference.
    #[arg(long, default_value = "text")]
    format: Format,
}

pub(super) fn run(arguments: &Arguments) -> Result<Exit, Trouble> {
    let file = arguments.file.display();
    let text = input::text(&arguments.file)?;
    let idl = idl::parse(&text)
        .map_err(|error| Trouble::usage(format!("cannot read {file}: {error}")))?;
    let comparison = idl::compare(&idl, &Idl::from(RECORDS));
    match arguments.format {
        Format::Text => show(&file.to_string(), &comparison),
        Format::Json => comparison
            .differences
            .iter()
            .for_each(|difference| say(json(difference))),
    }
    if comparison.differences.is_empty() {
        Ok(Exit::Fine)
    } else {
        Ok(Exit::Unexpected)
    }
}

fn show(file: &str, comparison: &Comparison) {
    let Comparison {
        in_file,
        in_codec,
        differences,
    } = comparison;
    let mut classes = 0;
    let mut last = None;
    for Difference {
        class,
        what,
        remark,
    } in differences
    {
        let whole = matches!(what, What::ClassOnlyInFile | What::ClassOnlyInCodec);
        let remark = remark.map_or_else(String::new, |remark| format!("  {DIM}({remark}){DIM:#}"));
        if whole {
            say(format_args!("{class}: {what}{remark}"));
        } else {
            if last != Some(class) {
                say(format_args!("{class}"));
            }
            say(format_args!("  {what}{remark}"));
        }
        classes += usize::from(last != Some(class));
        last = Some(class);
    }
    let counts = format!("{DIM}{in_file} classes in the file, {in_codec} in the codec{DIM:#}");
    if differences.is_empty() {
        say(format_args!(
            "{GOOD}✓{GOOD:#} {file} is what the codec declares  {counts}"
        ));
        return;
    }
    let known = differences
        .iter()
        .filter(|difference| difference.remark.is_some())
        .count();
    say(format_args!(
        "{BAD}✗{BAD:#} {file} differs in {}: {}, {known} of them known \
         from ZooKeeper's releases  {counts}",
        plural(classes, "class"),
        plural(differences.len(), "difference"),
    ));
}

fn json(difference: &Difference) -> serde_json::Value {
    let mut object = json!({
        "class": difference.class,
        "difference": difference.what.kind(),
        "remark": difference.remark,
    });
    let more = match &difference.what {
        What::FieldOnlyInFile { field, ty } | What::FieldOnlyInCodec { field, ty } => {
            json!({ "field": field, "type": ty.to_string() })
        }
        What::Moved { field, file, codec } => {
            json!({ "field": field, "file": file, "codec": codec })
        }
        What::Retyped { field, file, codec } => {
            json!({ "field": field, "file": file.to_string(), "codec": codec.to_string() })
        }
        What::OtherModule { file, codec } | What::Renamed { file, codec } => {
            json!({ "file": file, "codec": codec })
        }
        _ => json!({}),
    };
    if let (Some(object), serde_json::Value::Object(more)) = (object.as_object_mut(), more) {
        object.extend(more);
    }
    object
}

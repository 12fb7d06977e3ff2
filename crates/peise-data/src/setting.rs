//! `key=value` settings on top of a recipe, or any other configuration.

use serde::Serialize;
use serde::de::DeserializeOwned;

/// Why a setting cannot be applied.
#[derive(Debug, thiserror::Error)]
pub enum SettingError {
    /// With the settings the configuration is not valid.
    #[error("{settings}: {}", brief(reason))]
    Invalid {
        /// As given.
        settings: String,
        /// What is wrong.
        reason: Box<toml::de::Error>,
    },
    /// It is not `key=value`, or its key does not exist.
    #[error("{setting}: {expected}")]
    Key {
        /// As given.
        setting: String,
        /// What was expected.
        expected: &'static str,
    },
    /// The configuration could not be written out.
    #[error("the configuration cannot be written as TOML")]
    Write {
        /// Why.
        #[source]
        source: toml::ser::Error,
    },
}

/// What is wrong and where, on one line: without the excerpt that the parser draws.
pub fn brief(error: &toml::de::Error) -> String {
    let text = error.to_string();
    let told = text.lines().filter(|line| !line.trim().is_empty() && !line.contains(" |"));
    told.collect::<Vec<_>>().join(": ")
}

/// The same configuration with settings (`optimiser.clip=0.5`) on top.
///
/// # Errors
/// [`SettingError`] if a setting names a key that does not exist, or its value does not fit.
pub fn set<T: Serialize + DeserializeOwned>(config: &T, settings: &[String]) -> Result<T, SettingError> {
    // Filled in, so that a setting can change what a file leaves at its default.
    let mut value = toml::Value::try_from(config).map_err(|source| SettingError::Write { source })?;
    settings.iter().try_for_each(|setting| apply(&mut value, setting))?;
    let given = settings.join(" ");
    value.try_into().map_err(|source| SettingError::Invalid { settings: given, reason: Box::new(source) })
}

/// Sets a key; an empty value takes it away.
fn apply(value: &mut toml::Value, setting: &str) -> Result<(), SettingError> {
    let fail = |expected| SettingError::Key { setting: setting.to_owned(), expected };
    let (path, new) = setting.split_once('=').ok_or_else(|| fail("expected key=value"))?;
    let unknown = || fail("there is no such key");
    let (parents, key) = match path.trim().rsplit_once('.') {
        Some((parents, key)) => (parents.split('.').collect(), key),
        None => (Vec::new(), path.trim()),
    };
    let mut at = value;
    for parent in parents {
        at = match at {
            toml::Value::Table(table) => table.get_mut(parent),
            toml::Value::Array(list) => parent.parse().ok().and_then(|index: usize| list.get_mut(index)),
            _ => None,
        }
        .ok_or_else(unknown)?;
    }
    // An optional key may be absent; that there is none of this name is told when it is parsed.
    let toml::Value::Table(table) = at else { return Err(unknown()) };
    if new.trim().is_empty() {
        table.remove(key);
        return Ok(());
    }
    let parsed: toml::Value = toml::from_str::<toml::Table>(&format!("v = {}", new.trim()))
        .ok()
        .and_then(|mut table| table.remove("v"))
        .unwrap_or_else(|| toml::Value::String(new.trim().to_owned()));
    // A whole number is a fine value for a fractional key.
    let parsed = match (table.get(key), parsed) {
        (Some(toml::Value::Float(_)), toml::Value::Integer(whole)) => toml::Value::Float(whole as f64),
        (_, parsed) => parsed,
    };
    table.insert(key.to_owned(), parsed);
    Ok(())
}

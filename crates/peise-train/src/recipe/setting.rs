//! `key=value` settings on top of a recipe, or any other configuration.

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::RecipeError;

/// The same configuration with settings (`optimiser.clip=0.5`) on top.
///
/// # Errors
/// [`RecipeError`] if a setting names a key that does not exist, or its value does not fit.
pub(crate) fn set<T: Serialize + DeserializeOwned>(config: &T, settings: &[String]) -> Result<T, RecipeError> {
    // Filled in, so that a setting can change what a file leaves at its default.
    let mut value = toml::Value::try_from(config).map_err(|source| RecipeError::Write { source })?;
    settings.iter().try_for_each(|setting| apply(&mut value, setting))?;
    let given = settings.join(" ");
    value.try_into().map_err(|source| RecipeError::Settings { settings: given, reason: Box::new(source) })
}

/// Sets a key; an empty value takes it away.
fn apply(value: &mut toml::Value, setting: &str) -> Result<(), RecipeError> {
    let fail = |expected| RecipeError::Setting { setting: setting.to_owned(), expected };
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

//! One `key=value` setting on top of a recipe.

use super::RecipeError;

/// Sets a key; an empty value takes it away.
pub(super) fn apply(value: &mut toml::Value, setting: &str) -> Result<(), RecipeError> {
    let fail = |expected| RecipeError::Setting { setting: setting.to_owned(), expected };
    let (path, new) = setting.split_once('=').ok_or_else(|| fail("expected key=value"))?;
    let unknown = || fail("the recipe has no such key");
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

//! Settings out of the environment, under the names that Python's `huggingface_hub` gives them.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Where models are kept and had from.
#[derive(Clone)]
pub struct HubSettings {
    /// The folder of `models--owner--name` folders; `None` if there is no home folder to have it in.
    pub cache: Option<PathBuf>,
    /// The server, such as `https://huggingface.co`.
    pub endpoint: String,
    /// No network.
    pub offline: bool,
    /// What tells the server who asks; no other server gets it.
    pub token: Option<String>,
    /// A proxy between here and the server.
    pub proxy: Option<ureq::Proxy>,
    /// The most bytes of one file.
    pub max_bytes: u64,
    /// How long the server may be silent.
    pub patience: Duration,
}

impl HubSettings {
    /// What `HF_HUB_CACHE` (or `HUGGINGFACE_HUB_CACHE`, `HF_HOME`, `XDG_CACHE_HOME`), `HF_ENDPOINT`,
    /// `HF_HUB_OFFLINE` (or `TRANSFORMERS_OFFLINE`), `HF_TOKEN` and `HTTPS_PROXY` say.
    pub fn from_environment() -> Self {
        let settings = Self::from_variables(|name| std::env::var_os(name), std::env::home_dir().as_deref());
        Self { proxy: ureq::Proxy::try_from_env(), ..settings }
    }

    fn from_variables(variable: impl Fn(&str) -> Option<OsString>, home: Option<&Path>) -> Self {
        // An empty variable counts as unset.
        let variable = |name: &str| variable(name).filter(|value| !value.is_empty());
        let text = |name: &str| variable(name).map(|value| value.to_string_lossy().trim().to_owned());
        let folder = |name: &str| variable(name).map(|value| at_home(PathBuf::from(value), home));
        let is_set = |name: &str| {
            text(name).is_some_and(|value| matches!(value.to_ascii_uppercase().as_str(), "1" | "ON" | "YES" | "TRUE"))
        };
        let hugging_face_home = || {
            let parent = folder("XDG_CACHE_HOME").or_else(|| home.map(|home| home.join(".cache")));
            folder("HF_HOME").or_else(|| parent.map(|parent| parent.join("huggingface")))
        };
        Self {
            cache: folder("HF_HUB_CACHE")
                .or_else(|| folder("HUGGINGFACE_HUB_CACHE"))
                .or_else(|| hugging_face_home().map(|home| home.join("hub"))),
            endpoint: text("HF_ENDPOINT").unwrap_or_else(|| "https://huggingface.co".to_owned()),
            offline: is_set("HF_HUB_OFFLINE") || is_set("TRANSFORMERS_OFFLINE"),
            token: text("HF_TOKEN").filter(|token| !token.is_empty()),
            proxy: None,
            max_bytes: 4 << 30,
            patience: Duration::from_secs(60),
        }
    }
}

/// Expands a leading `~`, which a shell has not where the variable comes from a file.
fn at_home(path: PathBuf, home: Option<&Path>) -> PathBuf {
    match (path.strip_prefix("~"), home) {
        (Ok(rest), Some(home)) => home.join(rest),
        _ => path,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(variables: &[(&str, &str)]) -> HubSettings {
        let variable = |name: &str| variables.iter().find(|(key, _)| *key == name).map(|(_, value)| value.into());
        HubSettings::from_variables(variable, Some(Path::new("/home/li")))
    }

    #[test]
    fn the_cache_is_where_python_has_it() {
        for (variables, expected) in [
            (&[][..], "/home/li/.cache/huggingface/hub"),
            (&[("XDG_CACHE_HOME", "/x")], "/x/huggingface/hub"),
            (&[("HF_HOME", "/hf"), ("XDG_CACHE_HOME", "/x")], "/hf/hub"),
            (&[("HF_HOME", "~/hf")], "/home/li/hf/hub"),
            (&[("HUGGINGFACE_HUB_CACHE", "/old"), ("HF_HOME", "/hf")], "/old"),
            (&[("HF_HUB_CACHE", "/new"), ("HUGGINGFACE_HUB_CACHE", "/old")], "/new"),
            (&[("HF_HUB_CACHE", ""), ("HF_HOME", "/hf")], "/hf/hub"),
        ] {
            assert_eq!(settings(variables).cache.as_deref(), Some(Path::new(expected)), "{variables:?}");
        }
        assert_eq!(HubSettings::from_variables(|_| None, None).cache, None);
    }

    #[test]
    fn either_variable_forbids_the_network() {
        for (variables, offline) in [
            (&[][..], false),
            (&[("HF_HUB_OFFLINE", "1")], true),
            (&[("HF_HUB_OFFLINE", "true")], true),
            (&[("HF_HUB_OFFLINE", "0")], false),
            (&[("TRANSFORMERS_OFFLINE", "1")], true),
        ] {
            assert_eq!(settings(variables).offline, offline, "{variables:?}");
        }
    }

    #[test]
    fn server_and_token_are_read() {
        assert_eq!(settings(&[]).endpoint, "https://huggingface.co");
        let settings = settings(&[("HF_ENDPOINT", "https://mirror.example/"), ("HF_TOKEN", " hf_x\n")]);
        assert_eq!(settings.endpoint, "https://mirror.example/");
        assert_eq!(settings.token.as_deref(), Some("hf_x"));
    }
}

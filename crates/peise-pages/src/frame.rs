//! What every page has around its content: head, title, content security policy, stylesheet.

use maud::{DOCTYPE, Markup, PreEscaped, html};

use crate::escape::without_controls;

/// The stylesheet of all pages: what they share, then a section for each.
pub(crate) const STYLE: &str = include_str!("style.css");

/// A script and its SHA-256 in base64: the only one that a browser runs on the page.
pub(crate) struct Script {
    pub source: &'static str,
    pub hash: &'static str,
}

/// The pictures that a page may show.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Pictures {
    /// Those that it holds.
    Embedded,
    /// Files beside it, too.
    Beside,
}

/// A page without its content.
pub(crate) struct Frame<'a> {
    pub title: &'a str,
    /// The language as HTML names it.
    pub lang: &'static str,
    /// Classes of the body: which sections of the stylesheet apply.
    pub class: &'static str,
    pub pictures: Pictures,
    /// Rules beyond the stylesheet, where they depend on what is shown; the page's own, never foreign text.
    pub rules: &'a str,
    pub script: Option<Script>,
}

impl Frame<'_> {
    /// The whole page: below the title `head`, then `main`.
    pub fn page(&self, head: &Markup, main: &Markup) -> String {
        self.open(head) + &without_controls(main.clone()) + &self.close()
    }

    /// The page up to its main content, for pages that are written piece by piece.
    pub fn open(&self, head: &Markup) -> String {
        let Self { title, lang, class, rules, .. } = self;
        let head = html! {
            (DOCTYPE)
            (PreEscaped(format!("<html lang=\"{lang}\">\n")))
            head {
                meta charset="utf-8";
                meta http-equiv="Content-Security-Policy" content=(self.policy());
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                meta name="generator" content={ "peise " (env!("CARGO_PKG_VERSION")) };
                title { (title) }
                style { (PreEscaped(STYLE)) (PreEscaped(rules)) }
            }
            (PreEscaped(format!("\n<body class=\"{class}\">\n")))
            header { h1 { (title) } (head) }
            (PreEscaped("\n<main>\n"))
        };
        without_controls(head)
    }

    /// What follows the main content.
    pub fn close(&self) -> String {
        let script = self.script.as_ref().map(|script| script.source);
        let end = html! {
            (PreEscaped("</main>\n"))
            @if let Some(script) = script { script { (PreEscaped(script)) } }
            (PreEscaped("</body>\n</html>\n"))
        };
        end.into_string()
    }

    /// What the page may load: its own styles, its pictures and its script.
    fn policy(&self) -> String {
        let pictures = match self.pictures {
            Pictures::Embedded => "data:",
            Pictures::Beside => "data: 'self' file:",
        };
        let script =
            self.script.as_ref().map_or(String::new(), |Script { hash, .. }| format!("; script-src 'sha256-{hash}'"));
        format!(
            "default-src 'none'; img-src {pictures}; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'{script}"
        )
    }
}

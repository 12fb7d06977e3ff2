//! Tests of the page as a whole.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use peise_eval::curves::{StepPoint, ValidationPoint};
use sha2::{Digest, Sha256};

use super::*;
use crate::frame::STYLE;

fn run(name: &str, steps: u64) -> RunCurves {
    let share = |step: u64| Some(step as f64 / (steps + 1) as f64);
    let point = |step: u64| StepPoint {
        step,
        stage: if step <= steps / 2 { "heads" } else { "all" }.into(),
        lr: 1e-3,
        loss: 1.0 / step as f64,
        accuracy: share(step),
        exact_match: share(step / 2),
        photos_per_second: 100.0 + step as f64,
    };
    let validation = |step: u64| ValidationPoint {
        step,
        loss: Some(2.0 / step as f64),
        accuracy: share(step),
        exact_match: share(step),
        best: step == steps,
    };
    RunCurves {
        name: name.into(),
        facts: vec![("seed".into(), "7".into()), ("recipe".into(), format!("{name}.toml"))],
        steps: (1..=steps).map(point).collect(),
        validations: (1..=steps).filter(|step| step % (steps / 5).max(1) == 0).map(validation).collect(),
    }
}

fn page(runs: &[RunCurves]) -> String {
    render(runs, Language::English)
}

#[test]
fn one_run_has_three_charts_and_its_table() {
    let page = page(&[run("first", 100)]);
    assert_eq!(page.matches("<figure").count(), 3);
    for (needle, count) in [
        ("class=\"raw\" d=\"M", 4), // one in the legend
        ("class=\"smooth\" data-at", 3),
        ("class=\"valid\" data-at", 3),
        ("<circle class=\"dot\" cx=\"20", 3),
        ("class=\"best-text\"", 3),
        ("<line class=\"stage\"", 3),
        ("title=\"heads\"", 3),
        ("<small>logarithmic</small>", 0),
    ] {
        assert_eq!(page.matches(needle).count(), count, "{needle}");
    }
    for row in [
        "steps</th><td class=\"number run-0\">100<",
        "best step</th><td class=\"number run-0\">100<",
        "best validation loss</th><td class=\"number run-0\">0.02<",
        "last validation Acc</th><td class=\"number run-0\">0.9901<",
        "training Acc, last 20 steps</th><td class=\"number run-0\">0.8960<",
        "photos/s (median)</th><td class=\"number run-0\">150.5<",
        "<bdi>heads (1–50, lr ≤ 0.001)\nall (51–100, lr ≤ 0.001)</bdi>",
        "<bdi>seed</bdi></th><td class=\"run-0\"><bdi>7</bdi>",
    ] {
        assert!(page.contains(row), "{row}");
    }
    assert!(!page.contains("type=\"checkbox\"") && !page.contains("top\">") && !page.contains("class=\"differs\""));
}

#[test]
fn several_runs_lie_over_and_beside_each_other() {
    let mut runs = [run("a", 100), run("b", 200), run("c", 100)];
    runs[2].validations.clear();
    let page = page(&runs);
    assert_eq!(page.matches("<figure").count(), 3);
    assert_eq!(page.matches("type=\"checkbox\"").count(), 3);
    assert_eq!(page.matches("class=\"valid\" data-at").count(), 6);
    assert!(!page.contains("class=\"best-text\""), "texts of several runs would cover each other");
    assert!(
        page.contains(
            "best validation loss</th><td class=\"number run-0\">0.02</td><td class=\"number run-1 top\">0.01<"
        )
    );
    assert!(page.contains("best validation EM</th><td class=\"number run-0\">0.9901</td>"));
    assert!(page.contains("<tr class=\"differs\"><th scope=\"row\"><bdi>recipe"));
    assert!(page.contains("<tr><th scope=\"row\"><bdi>seed"));
    assert_eq!(self::page(&vec![run("a", 50); 4]).matches("class=\"raw\"").count(), 0);
}

#[test]
fn losses_over_two_decades_get_a_logarithmic_axis() {
    assert!(page(&[run("a", 1000)]).contains("<small>logarithmic</small>"));
}

#[test]
fn what_is_missing_or_not_finite_is_left_out_and_counted() {
    let mut run = run("a", 100);
    for point in &mut run.steps[40..50] {
        (point.loss, point.accuracy, point.exact_match) = (f64::NAN, None, Some(f64::INFINITY));
    }
    run.steps[99].photos_per_second = f64::NAN;
    let page = page(&[run]);
    let visible = page.split("</style>").nth(1).unwrap().split("<script>").next().unwrap();
    assert!(!visible.contains("NaN") && !visible.contains("inf"));
    assert!(page.contains("steps without a finite loss</th><td class=\"number run-0\">10<"));
    let raw = page.split("class=\"raw\" d=\"").nth(2).unwrap().split('"').next().unwrap();
    assert_eq!(raw.matches('M').count(), 2, "{raw}");
}

#[test]
fn nothing_is_a_page_too() {
    assert!(page(&[]).contains("No runs."));
    let empty = page(&[RunCurves::default()]);
    assert_eq!(empty.matches("no values").count(), 3);
    let mixed = page(&[RunCurves::default(), run("b", 1), RunCurves::default()]);
    assert_eq!(mixed.matches("no values").count(), 0);
    for page in [&empty, &mixed] {
        assert!(page.ends_with("</html>\n") && !page.contains("NaN%"));
    }
    let only = RunCurves {
        validations: vec![ValidationPoint { step: u64::MAX, ..Default::default() }],
        ..RunCurves::default()
    };
    assert!(!page(&[only]).contains("NaN%"));
}

#[test]
fn hostile_text_stays_text() {
    let evil = "\"></svg></style></script><script>alert('x')</script><img src=http://evil.example/a onerror=\"b()\">";
    let hostile = |steps| {
        let mut run = run(evil, steps);
        run.facts.push((evil.into(), evil.into()));
        run.steps.iter_mut().for_each(|point| point.stage.insert_str(0, evil));
        run
    };
    for runs in [vec![hostile(10)], vec![hostile(10), hostile(20)]] {
        let page = page(&runs);
        assert_eq!(page.matches("<script").count(), 1);
        assert!(!page.contains("<img") && !page.contains("onerror=\""));
        let foreign = page.replace(SCRIPT.source, "").replace(STYLE, "");
        assert_eq!(foreign.matches('<').count(), foreign.matches('>').count());
    }
}

#[test]
fn the_page_asks_for_nothing_and_runs_only_its_own_script() {
    let page = page(&[run("a", 100), run("b", 10)]);
    for needle in ["http://", "https://", "url(", "@import", "<link", " src=", "innerHTML"] {
        assert!(!page.contains(needle), "{needle}");
    }
    assert_eq!(STANDARD.encode(Sha256::digest(SCRIPT.source)), SCRIPT.hash);
    assert!(page.contains(&format!("script-src 'sha256-{}'", SCRIPT.hash)));
}

#[test]
fn many_steps_make_a_small_page() {
    let page = page(&[run("long", 100_000)]);
    assert!(page.len() < 150_000, "{}", page.len());
    let wild = RunCurves {
        steps: (0..5000).map(|step| StepPoint { step, stage: step.to_string(), ..Default::default() }).collect(),
        ..RunCurves::default()
    };
    assert!(self::page(&[wild]).len() < 150_000, "a stage for every step");
}

#[test]
fn chinese_speaks_chinese() {
    let page = render(&[run("a", 100), run("b", 100)], Language::Chinese);
    assert!(page.contains("<html lang=\"zh-CN\">") && page.contains("最佳验证 EM"));
    let visible = page.split("</style>").nth(1).unwrap_or_default().split("<script>").next().unwrap_or_default();
    for word in [">training", ">validation", ">best", ">steps", ">stages", "no values", "photos/s", ">Loss"] {
        assert!(!visible.contains(word), "{word}");
    }
}

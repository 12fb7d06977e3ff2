//! Tests of the page as a whole.

use peise::{Answer, ColourOption, ImageAnswer, NoteCode, Problem};

use super::*;
use crate::frame::STYLE;
use crate::language::Language;

/// Two labels; photos at the given probabilities of the first label.
fn answer(id: &str, first: &[f32], joint: f32) -> Answer {
    let image = |(k, &p): (usize, &f32)| {
        let guess = usize::from(p < 0.5);
        ImageAnswer {
            file: format!("{id}_{k}.jpg"),
            label: Some(["黑色", "白色"][guess].into()),
            index: Some(guess),
            probability: Some(p.max(1.0 - p)),
            marginals: vec![p, 1.0 - p],
            runner_up: Some(1 - guess),
            ..ImageAnswer::default()
        }
    };
    let option = |label: &str| ColourOption { label: label.into(), bare: Some(0.02), ..ColourOption::default() };
    Answer {
        id: id.into(),
        labels: vec!["黑色".into(), "白色".into()],
        images: first.iter().enumerate().map(image).collect(),
        options: ["黑色", "白色"].map(option).into(),
        joint_probability: Some(joint),
        rule: "cover".into(),
        exact: true,
        ..Answer::default()
    }
}

/// With a picture for every photo that could be read.
fn report(answer: &Answer) -> ReportListing<'_> {
    let mut listing = ReportListing::new(answer);
    for (photo, image) in listing.photos.iter_mut().zip(&answer.images) {
        photo.thumbnail_jpeg = image.error.is_none().then(|| vec![0xff, 0xd8, 0xff]);
    }
    listing
}

fn page_of(listings: &[ReportListing<'_>], options: &ReportOptions) -> String {
    let mut out = Vec::new();
    write_report(&mut out, "Demo", listings, options).expect("a Vec takes everything");
    String::from_utf8(out).expect("the page is UTF-8")
}

fn page(answers: &[Answer]) -> String {
    page_of(&answers.iter().map(report).collect::<Vec<_>>(), &ReportOptions::default())
}

/// Asserts that the needles occur in this order.
#[track_caller]
fn assert_order(page: &str, needles: &[&str]) {
    let mut at = 0;
    for needle in needles {
        let found = page[at..].find(needle);
        at += found.unwrap_or_else(|| panic!("{needle} is not after its predecessor")) + needle.len();
    }
}

#[test]
fn least_sure_comes_first() {
    let mut broken = answer("broken", &[0.5], 0.5);
    broken.images[0] = ImageAnswer { file: "broken_0.jpg".into(), ..ImageAnswer::default() };
    broken.joint_probability = None;
    broken.error = Some(Problem::new("no-label", "there is no label"));
    let answers = [answer("sure", &[0.99, 0.02], 0.97), answer("doubt", &[0.98, 0.55, 0.9, 0.1], 0.4), broken];
    let listings: Vec<ReportListing> = answers.iter().map(report).collect();
    assert_eq!(shown(&listings, &ReportOptions::default()), [2, 1, 0]);
    let parts = ["broken", "there is no label", "not matched", "broken_0.jpg", "doubt"];
    let photos = ["doubt_1.jpg", "doubt_2.jpg", "doubt_0.jpg", "doubt_3.jpg", ">sure</bdi>"];
    assert_order(&page(&answers), &[&parts[..], &photos].concat());
}

#[test]
fn unsure_photos_name_their_runner_up() {
    let page = page(&[answer("a", &[0.62, 0.99, 0.01], 0.6)]);
    assert_eq!(page.matches("class=\"photo unsure\"").count(), 1);
    assert!(page.contains("<span class=\"second\">or <bdi lang=\"zh-CN\">白色</bdi> 38%</span>"));
    assert!(page.contains("<b>62%</b>") && page.contains("width:62.0%"));
    assert!(page.contains("<dt>photos below 80%</dt><dd>1</dd>"));
}

#[test]
fn the_runner_up_may_be_no_option() {
    for (none, marginals, second) in
        [(0.3, vec![0.6, 0.1], "or no option 30%"), (0.1, vec![0.6, 0.3], "白色</bdi> 30%")]
    {
        let mut answer = answer("a", &[0.6], 0.6);
        answer.images[0].marginals = marginals;
        answer.images[0].none = none;
        assert!(page(&[answer]).contains(second), "{second}");
    }
}

#[test]
fn a_withheld_guess_is_shown_as_such() {
    let mut withheld = answer("a", &[0.9, 0.4], 0.5);
    withheld.withhold_below(0.8);
    let mut listing = report(&withheld);
    listing.photos[1].truth = Some(Truth::Label("黑色".into()));
    let page = page_of(&[listing], &ReportOptions::default());
    assert_order(
        &page,
        &[
            "<dt>answers withheld</dt><dd>1</dd>",
            "<section class=\"group empty\"><h3><bdi lang=\"zh-CN\">白色</bdi>",
            "<h3>withheld, too unsure<span class=\"count\">1</span></h3>",
            "guess: <bdi lang=\"zh-CN\">白色</bdi>",
            "or <bdi lang=\"zh-CN\">黑色</bdi> 40%",
            "truth: <bdi lang=\"zh-CN\">黑色</bdi>",
        ],
    );
    assert!(page.contains("0/1 right") && !page.contains("photo unsure wrong"), "no answer is no wrong answer");
}

#[test]
fn options_without_a_photo_say_how_probable_that_is() {
    let mut bare = answer("a", &[0.9, 0.9], 0.8);
    bare.options[1].bare = Some(0.931);
    bare.options[1].same_as = Some(0);
    bare.exact = false;
    let mut old = answer("b", &[0.9, 0.9], 0.9);
    old.options.clear();
    let page = page(&[bare, old]);
    assert!(page.contains("<p class=\"none\">no photo shows it: 93%</p>") && page.contains("(approximate)"));
    assert!(page.contains("<p class=\"none\">cannot be told apart from <bdi lang=\"zh-CN\">黑色</bdi></p>"));
    assert!(page.contains("<p class=\"none\">no photo</p>"), "older files do not say");
}

#[test]
fn equal_photos_and_notes_are_told() {
    let mut equal = answer("a", &[0.9, 0.9, 0.7], 0.8);
    equal.images[1].same_as = Some(0);
    equal.images[2] = ImageAnswer {
        file: "chart.jpg".into(),
        probability: Some(0.7),
        marginals: vec![0.1, 0.2],
        none: 0.7,
        runner_up: Some(1),
        ..ImageAnswer::default()
    };
    equal.note(NoteCode::EqualPhotos, Vec::new(), vec![0, 1], "a_0.jpg and a_1.jpg are <one> picture".into());
    equal.note(NoteCode::UnreadablePhoto, Vec::new(), Vec::new(), "listed elsewhere".into());
    let page = page(&[equal]);
    assert!(page.contains("same picture as <span class=\"file\" title=\"a_0.jpg\"><bdi>a_0.jpg</bdi></span>"));
    assert!(page.contains("<li lang=\"en\">a_0.jpg and a_1.jpg are &lt;one&gt; picture</li>"));
    assert!(!page.contains("listed elsewhere"));
    assert!(page.contains("<h3>no option<span class=\"count\">1</span></h3>"));
    assert!(page.contains("or <bdi lang=\"zh-CN\">白色</bdi> 20%"));
}

#[test]
fn known_truth_gives_metrics_and_marks() {
    let answers = [answer("a", &[0.9, 0.1], 0.8), answer("b", &[0.9, 0.1], 0.8)];
    let label = |label: &str| Some(Truth::Label(label.into()));
    let mut listings = answers.each_ref().map(report);
    for listing in &mut listings {
        listing.photos[0].truth = label("黑色");
        listing.photos[1].truth = label("白色");
    }
    listings[1].photos[1].truth = label("黑色");
    let page = page_of(&listings, &ReportOptions::default());
    assert_order(&page, &["(Acc)</dt><dd>0.7500", "(EM)</dt><dd>0.5000"]);
    assert_eq!(page.matches("class=\"photo wrong\"").count(), 1);
    assert!(page.contains("<span class=\"truth\">truth: <bdi lang=\"zh-CN\">黑色</bdi></span>"));
    assert!(page.contains("1/2 right") && page.contains("2/2 right"));
    listings[1].photos[1].truth = Some(Truth::NoOption);
    assert!(page_of(&listings, &ReportOptions::default()).contains("<span class=\"truth\">truth: no option</span>"));
}

#[test]
fn photos_that_cannot_be_read_are_rows_of_their_own() {
    let mut answer = answer("a", &[0.9, 0.1], 0.8);
    let error = Some(Problem::new("truncated", "torn.jpg is truncated"));
    answer.images.insert(0, ImageAnswer { file: "torn.jpg".into(), error, ..ImageAnswer::default() });
    let mut listing = report(&answer);
    listing.photos[0].truth = Some(Truth::Label("黑色".into()));
    let page = page_of(&[listing], &ReportOptions::default());
    assert!(
        page.contains("<li><bdi class=\"name\">torn.jpg</bdi> <span lang=\"en\">torn.jpg is truncated</span></li>")
    );
    assert_order(&page, &["unreadable photos</dt><dd>1", "(Acc)</dt><dd>0.0000"]);
    let groups = ["黑色</bdi><span class=\"count\">1", "a_0.jpg", "白色</bdi><span class=\"count\">1", "a_1.jpg"];
    assert_order(&page, &groups);
}

#[test]
fn hostile_text_stays_text() {
    let evil = "\"><script>alert('x')</script><img src=http://evil.example/a onerror=\"b()\">\0";
    let mut hostile = answer(evil, &[0.6, 0.4], 0.5);
    hostile.labels = vec![evil.into(), "'".into()];
    hostile.note(NoteCode::Other, Vec::new(), Vec::new(), evil.into());
    hostile.error = Some(Problem::new("x", evil));
    for image in &mut hostile.images {
        image.file = evil.into();
        image.label = Some(evil.into());
        image.same_as = Some(0);
    }
    let error = Some(Problem::new("x", evil));
    hostile.images.push(ImageAnswer { file: evil.into(), error, ..ImageAnswer::default() });
    let mut listing = report(&hostile);
    listing.photos.iter_mut().for_each(|photo| photo.truth = Some(Truth::Label(format!("{evil}!"))));
    let mut out = Vec::new();
    write_report(&mut out, evil, &[listing], &ReportOptions::default()).expect("a Vec takes everything");
    let page = String::from_utf8(out).expect("the page is UTF-8");
    assert!(!page.contains("<script") && !page.contains('\0'));
    assert_eq!(page.matches("<img ").count(), 2, "only the page's own pictures");
    // Neither quotes nor angle brackets of foreign text are left to end an attribute or open a tag.
    let own = page.replace(STYLE, "");
    assert_eq!(own.matches('<').count(), own.matches('>').count());
    assert!(!own.contains("onerror=\""));
}

#[test]
fn the_page_asks_for_nothing() {
    let page = page(&[answer("a", &[0.9, 0.1], 0.8)]);
    for needle in ["http://", "https://", "url(", "@import", "<link", "<script", "src=\"//"] {
        assert!(!page.contains(needle), "{needle}");
    }
    assert_eq!(page.matches("src=\"data:image/jpeg;base64,/9j/\"").count(), 2);
    assert!(page.contains("default-src 'none'"));
    assert_eq!(page.matches(" alt=\"").count(), page.matches("<img ").count());
}

#[test]
fn chinese_speaks_chinese() {
    let options = ReportOptions { language: Language::Chinese, ..ReportOptions::default() };
    let answer = answer("a", &[0.6, 0.1], 0.5);
    let page = page_of(&[report(&answer)], &options);
    assert!(page.contains("<html lang=\"zh-CN\">") && page.contains("低于 80% 的图片"));
    let visible = page.split("</style>").nth(1).unwrap_or_default();
    for word in ["photo<", "listing<", "unsure,", "runner", "mean "] {
        assert!(!visible.contains(word), "{word}");
    }
}

#[test]
fn many_listings_are_cut_but_counted() {
    let answers: Vec<_> = (0..5).map(|k| answer(&format!("id{k}"), &[0.9], 0.9 - 0.1 * k as f32)).collect();
    let listings: Vec<ReportListing> = answers.iter().map(report).collect();
    let options = ReportOptions { max_listings: 2, ..ReportOptions::default() };
    assert_eq!(shown(&listings, &options), [4, 3]);
    let page = page_of(&listings, &options);
    assert_eq!(page.matches("<article").count(), 2);
    assert!(page.contains("<dt>listings</dt><dd>5</dd>") && page.contains("3 more listings"));
}

#[test]
fn odd_numbers_do_no_harm() {
    let page = page(&[answer("nan", &[f32::NAN], f32::NAN), Answer::default()]);
    assert!(!page.contains("NaN%"));
    assert!(self::page(&[]).contains("No listings."));
}

#[test]
#[should_panic(expected = "one photo for each photo of the answer")]
fn a_photo_too_few_is_a_programmers_error() {
    let answer = answer("a", &[0.9, 0.1], 0.8);
    page_of(&[ReportListing { answer: &answer, photos: Vec::new() }], &ReportOptions::default());
}

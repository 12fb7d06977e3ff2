use std::collections::HashSet;

use proptest::prelude::*;

use super::*;

const CLEANERS: [Cleaner; 4] = [Cleaner::None, Cleaner::Report, Cleaner::Default, Cleaner::Lexicon];

#[test]
fn labels_that_look_the_same_are_written_the_same() {
    for (label, expected) in [
        ("黑色", "黑色"),
        ("  黑 \t 色\n", "黑 色"),
        ("ＷＨＩＴＥ", "white"),
        ("２１３＃黑色", "213#黑色"),
        ("黑色【推荐】", "黑色(推荐)"),
        ("黑色〈现货〉", "黑色(现货)"),
        ("黑\u{200B}色\u{FEFF}", "黑色"),
        ("&nbsp;绿色吊带", "绿色吊带"),
        ("⿊⾊", "黑色"),
        ("藍色", "藍色"),
        ("🔴", "🔴"),
        ("白色Ｔ恤＋黑裤", "白色t恤+黑裤"),
        ("a\u{200B}\u{301}", "á"),
        ("\u{7}123", "123"),
        ("\u{200B}", ""),
        ("", ""),
    ] {
        assert_eq!(normalize(label), expected, "{label:?}");
    }
}

#[test]
fn every_character_normalises_idempotently() {
    // Planes 0 to 2; those above hold no letters.
    for character in '\0'..='\u{2FFFF}' {
        let once = normalize(&format!("a{character}\u{301}b"));
        assert_eq!(normalize(&once), once, "U+{:04X}", u32::from(character));
    }
}

#[test]
fn the_report_cleaner_does_as_the_report_says() {
    let cases: &[(&[&str], &[&str])] = &[
        (&["黑色", "白色"], &["黑", "白"]),
        (&["红格西装", "灰格西装"], &["红", "灰"]),
        (&["黑色", "卡其"], &["黑", "卡其"]),
        (&["黑", "黑色"], &["黑", "黑色"]),
        (&["色", "黑色"], &["色", "黑色"]),
        (&["黑色"], &["黑"]),
        (&["色"], &["色"]),
        (&["彩色", "本色条纹"], &["彩", "本条纹"]),
        (&["红", "粉红"], &["红", "粉红"]),
        (&["黑色", "黑色"], &["黑", "黑"]),
        (&["复古蓝", "浅蓝色"], &["复古", "浅"]),
        (&[], &[]),
    ];
    for (labels, expected) in cases {
        assert_eq!(Cleaner::Report.clean(labels), *expected, "{labels:?}");
    }
}

#[test]
fn the_default_cleaner_takes_only_what_carries_no_information() {
    let cases: &[(&[&str], &[&str])] = &[
        // notes of the shop
        (&["杏色(付款后30天内发货)"], &["杏色"]),
        (&["黑色【送腰带】", "白色〈现货立发〉"], &["黑色", "白色"]),
        (&["黑色【推荐】"], &["黑色(推荐)"]),
        (&["红色【收藏加购送礼物】"], &["红色"]),
        (&["红色2月20发货", "白色"], &["红色2月20发货", "白色"]),
        (&["黑色预售15天"], &["黑色"]),
        (&["雾霾蓝(送-蓝色毛领)"], &["雾霾蓝(送-蓝色毛领)"]),
        (&["杏色(加绒)", "白色"], &["杏色", "白色"]),
        (&["(现货)", "黑色"], &["现货", "黑色"]),
        // article numbers
        (&["213#黑色"], &["黑色"]),
        (&["990混色", "图片色"], &["混色", "图片色"]),
        (&["A98072橘色", "98629黑色"], &["橘色", "黑色"]),
        (&["E06浅丛林绿色", "黑色(T0)"], &["浅丛林绿色", "黑色"]),
        (&["W0W1QA107，军绿", "Q-D-XZL2206-黑色"], &["军绿", "黑色"]),
        (&["1981咖色+1982白色", "红色"], &["咖色+白色", "红色"]),
        (&["3件套黑色", "100%羊毛红", "3D花"], &["3件套黑色", "100%羊毛红", "3d花"]),
        (&["18-米色", "35-卡其"], &["米色", "卡其"]),
        (&["213#黑色", "214#黑色", "213#白色"], &["213#黑色", "214#黑色", "白色"]),
        (&["8209", "8210"], &["8209", "8210"]),
        // what all share, at token boundaries
        (&["红格西装", "灰格西装"], &["红格", "灰格"]),
        (&["黑色碎花衬衫", "绿色碎花衬衫"], &["黑色", "绿色"]),
        (&["长袖白衣+粉裤", "长袖白衣+黑裤"], &["粉裤", "黑裤"]),
        (&["绿色上衣+粉色裙子", "蓝色上衣+白色裙子"], &["绿色上衣+粉色裙子", "蓝色上衣+白色裙子"]),
        (&["黑色+两件套", "白色+两件套"], &["黑色", "白色"]),
        (&["【黑色】连衣裙", "【藏青】连衣裙"], &["黑色", "藏青"]),
        (&["黑色", "黑色格子"], &["黑色", "黑色格子"]),
        // colour words stay whole
        (&["黑", "黑色"], &["黑", "黑色"]),
        (&["彩色", "彩", "本色", "杂色"], &["彩色", "彩", "本色", "杂色"]),
        (&["浅蓝", "蓝"], &["浅蓝", "蓝"]),
        (&["浅色系", "深色系"], &["浅色", "深色"]),
        (&["黑拼红", "黑拼灰"], &["黑拼红", "黑拼灰"]),
        (&["aKW039红色", "aKW040天蓝色"], &["红色", "天蓝色"]),
        (&["藏青色【预售", "米色"], &["藏青色", "米色"]),
        (&["WHITE", "white", "黑色"], &["white", "white", "黑色"]),
        (&["藍色", "🔴", "1", ""], &["藍色", "🔴", "1", ""]),
        (&["(白色)", "白色"], &["(白色)", "白色"]),
        (&["-黑色_"], &["黑色"]),
    ];
    for (labels, expected) in cases {
        assert_eq!(Cleaner::Default.clean(labels), *expected, "{labels:?}");
    }
}

#[test]
fn the_lexicon_cleaner_leaves_the_colours_named() {
    let cases: [(&[&str], &[&str]); 5] = [
        (&["213#黑色(现货)", "米白色Ivory"], &["黑", "米白"]),
        (&["浅蓝色上衣", "navy", "绿色上衣+粉红裙子"], &["浅蓝", "藏青", "绿+粉"]),
        (&["图片色", "均码"], &["图片色", "均码"]),
        // What would become equal stays.
        (&["黑色长袖", "黑色短袖", "白色"], &["黑色长袖", "黑色短袖", "白"]),
        (&["黑", "黑色"], &["黑", "黑色"]),
    ];
    for (labels, expected) in cases {
        assert_eq!(Cleaner::Lexicon.clean(labels), *expected, "{labels:?}");
    }
}

#[test]
fn long_labels_are_only_normalised() {
    let long = ["(", "黑色预售", "1(", "((a))", ")("].map(|piece| piece.repeat(10_000));
    assert_eq!(Cleaner::Default.clean(&long), long);
    let short = format!("黑色{}", "预售".repeat(learnt::LONGEST_LABEL / 2 - 1));
    assert_eq!(
        Cleaner::Default.clean(&[short.clone(), format!("{short}预售")]),
        ["黑色".to_owned(), format!("{short}预售")]
    );
}

#[test]
fn labels_that_look_the_same_share_the_first_index() {
    assert_eq!(indistinguishable(&["黑色", "WHITE", "white", "黑色 ", "白"]), [0, 1, 1, 0, 4]);
    assert_eq!(indistinguishable(&[""; 0]), [0_usize; 0]);
}

#[test]
fn cleaners_are_named() {
    for (cleaner, name) in CLEANERS.iter().zip(["none", "report", "default", "lexicon"]) {
        assert_eq!(name.parse(), Ok(*cleaner));
        assert_eq!(serde_json::to_string(cleaner).unwrap(), format!("{name:?}"));
    }
    let error = "Default".parse::<Cleaner>().unwrap_err();
    assert_eq!(error.to_string(), "unknown label cleaner `Default`; give one of none, report, default, lexicon");
}

/// Labels put together from pieces of real ones, so that rules meet each other.
fn seller_label() -> impl Strategy<Value = String> {
    let pieces = [
        "黑",
        "白",
        "蓝",
        "浅",
        "色",
        "彩",
        "格",
        "条纹",
        "西装",
        "裤子",
        "T恤",
        "两件套",
        "单件",
        "+",
        "-",
        "_",
        "#",
        " ",
        "(",
        ")",
        "【",
        "】",
        "现货",
        "预售",
        "发货",
        "送",
        "红包",
        "213",
        "8",
        "A",
        "xl",
        "件",
        "%",
        "\u{200B}",
        "\u{301}",
        "é",
        "🔴",
    ];
    prop::collection::vec(prop::sample::select(pieces.to_vec()), 0..7).prop_map(|pieces| pieces.concat())
}

fn any_listing() -> impl Strategy<Value = Vec<String>> {
    prop_oneof![
        4 => prop::collection::vec(seller_label(), 0..7),
        1 => prop::collection::vec(any::<String>(), 0..4),
        1 => (seller_label(), prop::collection::vec(seller_label(), 1..5), seller_label())
            .prop_map(|(head, labels, tail)| labels.iter().map(|label| format!("{head}{label}{tail}")).collect()),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(3000))]

    #[test]
    fn normalising_twice_changes_nothing(label in any::<String>()) {
        let once = normalize(&label);
        prop_assert_eq!(normalize(&once), once);
    }

    #[test]
    fn cleaning_twice_changes_nothing(labels in any_listing()) {
        for cleaner in CLEANERS {
            let once = cleaner.clean(&labels);
            prop_assert_eq!(cleaner.clean(&once), once, "{:?}", cleaner);
        }
    }

    #[test]
    fn labels_that_differ_stay_different_and_none_is_emptied(labels in any_listing()) {
        for cleaner in CLEANERS {
            let cleaned = cleaner.clean(&labels);
            prop_assert_eq!(cleaned.len(), labels.len());
            let before: Vec<String> = match cleaner {
                Cleaner::Default | Cleaner::Lexicon => labels.iter().map(|label| normalize(label)).collect(),
                _ => labels.clone(),
            };
            let distinct = |labels: &[String]| labels.iter().cloned().collect::<HashSet<_>>().len();
            prop_assert_eq!(distinct(&cleaned), distinct(&before), "{:?} {:?}", cleaner, cleaned);
            for (before, after) in before.iter().zip(&cleaned) {
                prop_assert_eq!(before.is_empty(), after.is_empty(), "{:?} {:?}", cleaner, before);
            }
        }
    }

    #[test]
    fn the_order_of_labels_does_not_matter(labels in any_listing(), turn in any::<prop::sample::Index>()) {
        prop_assume!(!labels.is_empty());
        for cleaner in CLEANERS {
            let turn = turn.index(labels.len());
            let (mut turned, mut cleaned) = (labels.clone(), cleaner.clean(&labels));
            turned.rotate_left(turn);
            turned.reverse();
            cleaned.rotate_left(turn);
            cleaned.reverse();
            prop_assert_eq!(cleaner.clean(&turned), cleaned, "{:?}", cleaner);
        }
    }
}

//! Cases by language: labels of a listing with the Chinese they are read as.

use super::*;
use crate::colour::{TERMS, by_word};

/// A listing: its language, and labels with their readings.
type Case = (&'static str, &'static [(&'static str, &'static str)]);

fn check(cases: &[Case]) {
    for (language, labels) in cases {
        let texts: Vec<&str> = labels.iter().map(|(label, _)| *label).collect();
        let listing = Lexicon::builtin().read_listing(&texts);
        assert_eq!(listing.language(), Some(*language), "{texts:?} {:?}", listing.languages);
        for ((label, expected), found) in labels.iter().zip(listing.chinese()) {
            assert_eq!(found, *expected, "{label} in {language}");
        }
    }
}

#[test]
fn western_european_languages_are_read() {
    check(&[
        ("en", &[("Heather Grey", "麻灰"), ("Oatmeal", "燕麦色"), ("Blush", "浅粉"), ("Charcoal", "炭灰")]),
        ("en", &[("Red top + Blue skirt", "红色上衣+蓝色裙子"), ("Black with White Logo", "黑色+白色图案")]),
        ("en", &[("Navy/White Stripe", "藏青+白色条纹"), ("White shoes with red laces", "白色鞋+红色带")]),
        (
            "en",
            &[
                ("Light yellow", "嫩黄"),
                ("Hot Pink", "桃红"),
                ("3 Pack (Black, White)", "黑色+白色"),
                ("Random", "随机"),
            ],
        ),
        ("en", &[("As pictured", "图片色"), ("Grey Camo", "灰色迷彩"), ("Pink Polka Dot", "粉色波点")]),
        ("de", &[("Schwarz", "黑色"), ("Rote Hose", "红色裤子"), ("Dunkelgrün", "墨绿"), ("Grau meliert", "麻灰")]),
        ("de", &[("schwarzweiß", "黑色+白色"), ("Blau-Weiß gestreift", "蓝色+白色条纹"), ("tuerkis", "松石蓝")]),
        ("fr", &[("Noire", "黑色"), ("Bleu foncé", "藏青"), ("Vert d'eau", "薄荷绿"), ("Gris chiné", "麻灰")]),
        ("es", &[("Negra", "黑色"), ("Azul claro", "天蓝"), ("Camiseta roja con falda azul", "红色T恤+蓝色裙子")]),
        ("es", &[("Blanco con rayas azules", "白色+蓝色条纹"), ("Rosa palo", "豆沙粉"), ("Surtido", "随机")]),
        ("pt", &[("Preto", "黑色"), ("Azul bebê", "天蓝"), ("Cinza mescla", "麻灰"), ("Vermelho", "红色")]),
        ("it", &[("Nero", "黑色"), ("Blu notte", "藏青"), ("Rosa antico", "豆沙粉"), ("Tortora", "灰褐")]),
        ("nl", &[("Zwart", "黑色"), ("Lichtblauw", "天蓝"), ("Donkergroene broek", "墨绿裤子")]),
        ("sv", &[("Svart", "黑色"), ("Mörkblå", "藏青"), ("Röd randig", "红色条纹")]),
        ("da", &[("Sort", "黑色"), ("Mørkeblå", "藏青"), ("Hvid", "白色")]),
        ("fi", &[("Musta", "黑色"), ("Tummansininen", "藏青"), ("Vihreä", "绿色")]),
    ]);
}

#[test]
fn eastern_european_languages_are_read() {
    check(&[
        ("ru", &[("Чёрный", "黑色"), ("Темно-синий", "藏青"), ("Красный с белым логотипом", "红色+白色图案")]),
        ("ru", &[("Чёрно-белый", "黑色+白色"), ("Морская волна", "蓝绿"), ("Беж", "米色"), ("Разноцветный", "彩色")]),
        ("uk", &[("Чорна сукня", "黑色连衣裙"), ("Блакитний", "天蓝"), ("М'ятний", "薄荷绿"), ("Хакі", "军绿")]),
        ("pl", &[("Czarny", "黑色"), ("Biały z czerwoną podeszwą", "白色+红色底"), ("Ciemnozielony", "墨绿")]),
        ("cs", &[("Černá", "黑色"), ("Tmavě modrá", "藏青"), ("Modro-bílá", "蓝色+白色")]),
        ("hu", &[("Fekete", "黑色"), ("Sötétkék", "藏青"), ("Piros-fehér csíkos", "红色+白色条纹")]),
        ("ro", &[("Negru", "黑色"), ("Roșu", "红色"), ("Verde închis", "墨绿")]),
        ("bg", &[("Черно", "黑色"), ("Тъмносиньо", "藏青"), ("Бяло", "白色")]),
        ("el", &[("Μαύρο", "黑色"), ("Ανοιχτό γκρι", "浅灰"), ("Κόκκινο με λευκό", "红色+白色")]),
        ("tr", &[("KIRMIZI", "红色"), ("Açık Mavi", "天蓝"), ("Gül Kurusu", "豆沙粉"), ("Siyah", "黑色")]),
    ]);
}

#[test]
fn languages_of_asia_are_read() {
    check(&[
        ("ja", &[("ブラック", "黑色"), ("ﾈｲﾋﾞｰ", "藏青"), ("薄いピンク", "浅粉色"), ("黒Tシャツ", "黑色T恤")]),
        ("ja", &[("黒×白ボーダー", "黑色+白色条纹"), ("こげ茶", "深咖啡色"), ("上：黒 下：白", "黑色上衣+白色裤子")]),
        ("ko", &[("블랙", "黑色"), ("연핑크", "浅粉"), ("네이비/화이트", "藏青+白色"), ("브라운색상", "棕色")]),
        ("zh-TW", &[("深藍", "藏青"), ("粉紅", "粉色"), ("霧霾藍", "雾霾蓝"), ("隨機", "随机")]),
        ("ar", &[("أسود", "黑色"), ("الأحمر", "红色"), ("أزرق فاتح", "天蓝"), ("أبيض وأخضر", "白色+绿色")]),
        ("ar", &[("اسود", "黑色"), ("بيج", "米色"), ("كحلي", "藏青")]),
        ("he", &[("שחור", "黑色"), ("כחול כהה", "藏青"), ("אדומה", "红色")]),
        ("fa", &[("مشکی", "黑色"), ("سرمه\u{200C}ای", "藏青"), ("سفید", "白色")]),
        ("th", &[("สีดำ", "黑色"), ("สีชมพูอ่อน", "浅粉"), ("เสื้อขาวกางเกงดำ", "白色上衣+黑色裤子")]),
        ("vi", &[("Màu đen", "黑色"), ("Xanh dương", "蓝色"), ("áo đỏ quần đen", "红色上衣+黑色裤子")]),
        ("id", &[("Hitam", "黑色"), ("Biru dongker", "藏青"), ("Abu-abu", "灰色"), ("Coklat", "棕色")]),
        ("hi", &[("काली", "黑色"), ("हल्का नीला", "天蓝"), ("सफेद और लाल", "白色+红色")]),
    ]);
}

#[test]
fn a_word_of_several_languages_is_read_in_the_listings_language() {
    let key = |labels: &[&str]| {
        let reading = Lexicon::builtin().read_listing(labels);
        reading.labels[0].colours.first().map(|colour| colour.key.to_string()).unwrap_or_default()
    };
    for (labels, expected) in [
        (&["Rose", "Noir", "Gris"][..], "Pink"),
        (&["Rose", "White", "Yellow"], "Rose"),
        (&["Marron", "Noir", "Vert"], "Chestnut"),
        (&["Marrón", "Negro", "Verde"], "Brown"),
        (&["marron", "negro", "amarillo"], "Brown"),
        (&["Khaki", "Black", "White"], "Khaki"),
        (&["Khaki", "Navy", "Burgundy"], "Khaki"),
        (&["Khaki", "Beige"], "Khaki"),
        (&["Khaki", "Schwarz", "Beige"], "Khaki Green"),
        (&["Haki", "Siyah", "Beyaz"], "Khaki Green"),
        (&["Хаки", "Черный"], "Khaki Green"),
        (&["卡其", "黑色"], "Khaki"),
        (&["Kaki", "Noir", "Blanc"], "Khaki Green"),
        (&["茶", "黒", "ピンク"], "Brown"),
        (&["茶", "黑色", "粉色"], "Tan"),
        (&["Den", "Trang", "Xanh la", "Hong nhat"], "Black"),
        (&["Sort", "Hvid", "Rød"], "Black"),
        (&["Prune", "Noir", "Jaune"], "Plum"),
    ] {
        assert_eq!(key(labels), expected, "{labels:?}");
    }
}

#[test]
fn colour_words_in_names_are_no_colours() {
    for (labels, unnamed) in [
        (&["Orange County", "Los Angeles"][..], 0),
        (&["Old Navy", "Gap"], 0),
        (&["Black Friday", "Red"], 0),
        (&["Rose", "Anna", "Marie", "Sophie"], 0),
        (&["Ruby", "Mia", "Emma", "Red"], 0),
    ] {
        let reading = Lexicon::builtin().read_listing(labels);
        assert!(reading.labels[unnamed].colours.is_empty(), "{labels:?} {:?}", reading.labels[unnamed].colours);
    }
    let reading = Lexicon::builtin().read_listing(&["Night Gown Red", "Ice", "Black"]);
    assert_eq!(reading.labels.iter().map(|label| label.colours.len()).collect::<Vec<_>>(), [1, 1, 1]);
}

#[test]
fn slips_are_corrected_where_that_is_safe() {
    let keys = |label: &str| -> Vec<String> {
        let reading = Lexicon::builtin().read_listing(&[label, "White"]);
        reading.labels[0].colours.iter().map(|colour| colour.key.to_string()).collect()
    };
    for (label, expected) in [
        ("Purpel", &["Purple"][..]),
        ("Balck", &["Black"]),
        ("Burgandi", &["Burgundy"]),
        ("Turqoise", &["Turquoise Blue"]),
        ("Bed", &[]),
        ("Brand", &[]),
        ("Greek", &[]),
        ("Cover", &[]),
        ("Bored tank", &[]),
    ] {
        assert_eq!(keys(label), expected, "{label}");
    }
}

#[test]
fn codes_and_a_shops_own_names_are_read() {
    let reading = Lexicon::builtin().read_listing(&["#C0392B", "rgb(192,57,43)", "RAL 3020", "MediumSeaGreen"]);
    let keys: Vec<&str> = reading.labels.iter().map(|label| &*label.colours[0].key).collect();
    assert_eq!(keys, ["#C0392B", "#C0392B", "RAL 3020", "Green"]);
    let colours = read_shop_colours("name,hex\nMidnight Sahara,#102040\nBlack,#333333\n").unwrap();
    let lexicon = Lexicon::builtin().with_colours(&colours).unwrap();
    let reading = lexicon.read_listing(&["Midnight Sahara / Black", "White"]);
    let found: Vec<(&str, f32)> = reading.labels[0].colours.iter().map(|c| (&*c.key, c.lab[0].round())).collect();
    assert_eq!(found, [("Midnight Sahara", 13.0), ("Black", 21.0)]);
    assert_eq!(reading.chinese(), ["藏青+深炭灰", "白色"]);
    let twice = [colours[0].clone(), ShopColour { line: 9, ..colours[0].clone() }];
    assert_eq!(
        Lexicon::builtin().with_colours(&twice).unwrap_err(),
        LexiconError::Duplicate { line: 9, name: "Midnight Sahara".to_owned() }
    );
}

#[test]
fn colours_have_parts_shares_and_places() {
    let reading = Lexicon::builtin().read_listing(&["Dark red dress with white collar"]);
    let colours = &reading.labels[0].colours;
    let found: Vec<_> = colours.iter().map(|c| (&*c.key, c.part.as_deref(), c.place)).collect();
    assert_eq!(found, [("Cherry", Some("dress"), Place::Main), ("White", Some("collar"), Place::Accent)]);
    assert!((colours.iter().map(|colour| colour.share).sum::<f32>() - 1.0).abs() < 1e-6);
    assert!(colours[0].share > 2.0 * colours[1].share);
    let reading = Lexicon::builtin().read_listing(&["浅绿色", "绿色"]);
    let [light, plain] = [0, 1].map(|at| reading.labels[at].colours[0].clone());
    assert_eq!(light.lightness(), Some(crate::colour::Lightness::Light));
    assert!(light.lab[0] > plain.lab[0] + 10.0);
}

#[test]
fn chinese_labels_stay_and_labels_that_differ_stay_different() {
    let labels = ["213#黑色(现货)", "黑色", "浅蓝", "卡其", "米白色+黑裤"];
    assert_eq!(Lexicon::builtin().read_listing(&labels).chinese(), labels);
    let labels = ["S01黑色BLACK", "淡紫色", "深灰色【长袖】", "小红花", "白色の裙"];
    assert_eq!(Lexicon::builtin().read_listing(&labels).chinese(), labels);
    let labels = ["Red - XL", "Red - M", "Red", "rouge", "Leather Black", "Suede Black", "XYZ", ""];
    let chinese = Lexicon::builtin().read_listing(&labels).chinese();
    let distinct: HashSet<&String> = chinese.iter().collect();
    assert_eq!(distinct.len(), labels.len(), "{chinese:?}");
    assert_eq!(chinese[6..], ["XYZ", ""]);
}

#[test]
fn every_word_of_the_fixed_terms_is_read_as_its_term() {
    for term in TERMS.iter() {
        for word in term.english {
            let reading = Lexicon::builtin().read_listing(&[word, "black", "white"]);
            let found = reading.labels[0].colours.first().map(|colour| &*colour.key);
            assert_eq!(found, Some(term.name), "{word}");
        }
        for word in term.chinese {
            let reading = Lexicon::builtin().read_listing(&[word, "黑色", "白色"]);
            let found = reading.labels[0].colours.first().map(|colour| &*colour.key);
            assert_eq!(found, Some(term.name), "{word}");
        }
    }
}

#[test]
fn chinese_texts_of_the_table_name_terms() {
    for concept in Lexicon::builtin().concepts().filter(|concept| concept.lab.is_some() && !concept.chinese.is_empty())
    {
        let bare = concept.chinese.trim_start_matches(['浅', '深']);
        let known = by_word(bare).is_some() || crate::colour::find(bare).is_some();
        assert!(known || matches!(bare, "透明" | "木" | "荧光橙"), "{}: {}", concept.key, concept.chinese);
    }
}

#[test]
fn hostile_labels_take_linear_time() {
    let started = std::time::Instant::now();
    for piece in
        ["a", "красн", "black ", "黒", "블", "ラ", "#", "rgb(", "hell", "\u{301}", "(", "x/", "redredblue", "ال"]
    {
        let label = piece.repeat(20_000 / piece.chars().count());
        let reading = Lexicon::builtin().read_listing(&vec![label; 32]);
        assert_eq!(reading.labels.len(), 32);
    }
    assert!(started.elapsed().as_secs() < 60, "{:?}", started.elapsed());
}

/// The page of what is covered gives the table's counts.
#[test]
fn the_page_counts_what_the_table_has() {
    let page = include_str!("../../../../../docs/colours.md");
    let lexicon = Lexicon::builtin();
    let colours = |source: &str| {
        lexicon.concepts().filter(|concept| concept.role == Role::Colour && concept.source == source).count()
    };
    let mut rows = Vec::new();
    for (at, language) in lexicon.languages().iter().enumerate() {
        let words = |role: Option<Role>| {
            let of = |entry: &words::Entry| {
                usize::from(entry.language) == at && role.is_none_or(|role| lexicon.concept(entry.concept).role == role)
            };
            lexicon.shared.words.iter().filter(|(_, entries)| entries.iter().any(of)).count()
        };
        rows.push(format!("| `{language}` | {} | {} |", words(Some(Role::Colour)), words(None)));
    }
    let counts = format!(
        "<!-- counts -->\n{} languages, {} spellings. Colours: {} of Peise, {} of CSS, {} of xkcd, {} of RAL Classic.\n\n\
         | language | colour words | all words |\n|---|---|---|\n{}\n<!-- end -->",
        lexicon.languages().len(),
        lexicon.spellings(),
        colours("Peise"),
        colours("CSS"),
        colours("xkcd"),
        colours("RAL"),
        rows.join("\n"),
    );
    assert!(page.contains(&counts), "docs/colours.md should hold:\n{counts}");
}

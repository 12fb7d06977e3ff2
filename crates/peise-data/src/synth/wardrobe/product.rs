//! The products a shop sells, and what sellers call them.

/// What can be combined: an outer over a top over a bottom; a whole alone or under an outer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Slot {
    /// Worn on the upper body.
    Top,
    /// Worn over a top or a whole.
    Outer,
    /// Worn from the waist down.
    Bottom,
    /// Dresses and the like.
    Whole,
    /// Shoes.
    Footwear,
    /// Bags, hats, cases.
    Accessory,
}

macro_rules! products {
    ($($(#[$doc:meta])* $name:ident $key:literal $slot:ident [$($chinese:literal),+] [$($english:literal),+];)+) => {
        /// A kind of product.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum Product { $($(#[$doc])* $name,)+ }

        impl Product {
            /// Every product.
            pub const ALL: &[Self] = &[$(Self::$name),+];

            /// A stable name in snake case.
            pub fn key(self) -> &'static str {
                match self { $(Self::$name => $key),+ }
            }

            /// How it combines with others.
            pub fn slot(self) -> Slot {
                match self { $(Self::$name => Slot::$slot),+ }
            }

            /// Chinese words a seller uses, the plainest first.
            pub fn chinese(self) -> &'static [&'static str] {
                match self { $(Self::$name => &[$($chinese),+]),+ }
            }

            /// English words a seller uses, the plainest first.
            pub fn english(self) -> &'static [&'static str] {
                match self { $(Self::$name => &[$($english),+]),+ }
            }
        }
    };
}

products! {
    /// A dress to about the knee.
    Dress "dress" Whole ["连衣裙", "裙子", "短裙", "裙"] ["dress", "midi dress"];
    /// A dress to the calf or lower.
    LongDress "long_dress" Whole ["长裙", "连衣裙", "裙子", "裙"] ["long dress", "maxi dress", "dress"];
    /// A dress on thin straps.
    SlipDress "slip_dress" Whole ["吊带裙", "吊带连衣裙", "裙子"] ["slip dress", "cami dress", "dress"];
    /// A dress with a shirt's front.
    ShirtDress "shirt_dress" Whole ["衬衫裙", "连衣裙", "裙子"] ["shirt dress", "dress"];
    /// Trousers and bodice in one.
    Jumpsuit "jumpsuit" Whole ["连体裤", "连身裤"] ["jumpsuit", "romper"];
    /// A short-sleeved knit shirt.
    Tshirt "tshirt" Top ["T恤", "短袖", "上衣", "t恤"] ["t-shirt", "tee", "top"];
    /// A knit shirt with a collar and short placket.
    Polo "polo" Top ["POLO衫", "polo衫", "短袖", "上衣"] ["polo shirt", "polo"];
    /// A woven buttoned shirt.
    Shirt "shirt" Top ["衬衫", "衬衣", "上衣"] ["shirt"];
    /// A soft top with fuller sleeves.
    Blouse "blouse" Top ["上衣", "雪纺衫", "小衫"] ["blouse", "top"];
    /// A sleeveless top on straps.
    Camisole "camisole" Top ["吊带", "背心", "上衣"] ["camisole", "tank top", "cami"];
    /// A knitted pullover.
    Sweater "sweater" Top ["毛衣", "针织衫", "上衣"] ["sweater", "jumper", "knit"];
    /// A knitted jacket.
    Cardigan "cardigan" Outer ["开衫", "针织开衫", "外套"] ["cardigan"];
    /// A sweatshirt with a hood.
    Hoodie "hoodie" Top ["卫衣", "连帽卫衣", "上衣"] ["hoodie", "sweatshirt"];
    /// A sleeveless layer.
    Vest "vest" Outer ["马甲", "背心", "坎肩"] ["vest", "waistcoat"];
    /// A short jacket.
    Jacket "jacket" Outer ["外套", "夹克", "短外套"] ["jacket"];
    /// A tailored jacket.
    Blazer "blazer" Outer ["西装", "西服", "外套"] ["blazer", "suit jacket"];
    /// A long coat.
    Coat "coat" Outer ["大衣", "风衣", "外套"] ["coat", "trench coat"];
    /// A quilted jacket.
    DownJacket "down_jacket" Outer ["羽绒服", "棉服", "棉衣", "外套"] ["down jacket", "puffer", "padded jacket"];
    /// Plain trousers.
    Trousers "trousers" Bottom ["裤子", "长裤", "西裤", "裤"] ["trousers", "pants"];
    /// Trousers with wide legs.
    WideTrousers "wide_trousers" Bottom ["阔腿裤", "裤子", "长裤"] ["wide-leg pants", "wide trousers", "pants"];
    /// Denim trousers.
    Jeans "jeans" Bottom ["牛仔裤", "裤子", "长裤"] ["jeans"];
    /// Sweat trousers with cuffs.
    Joggers "joggers" Bottom ["运动裤", "卫裤", "束脚裤", "裤子"] ["joggers", "sweatpants"];
    /// Trousers like a second skin.
    Leggings "leggings" Bottom ["打底裤", "瑜伽裤", "裤子"] ["leggings", "yoga pants"];
    /// Short trousers.
    Shorts "shorts" Bottom ["短裤", "裤子", "热裤"] ["shorts"];
    /// A short or straight skirt.
    Skirt "skirt" Bottom ["半身裙", "短裙", "裙子"] ["skirt", "mini skirt"];
    /// A skirt in pleats.
    PleatedSkirt "pleated_skirt" Bottom ["百褶裙", "半身裙", "裙子"] ["pleated skirt", "skirt"];
    /// A skirt to the calf or lower.
    LongSkirt "long_skirt" Bottom ["半身裙", "长裙", "裙子"] ["long skirt", "maxi skirt"];
    /// A sports shoe.
    Sneaker "sneaker" Footwear ["运动鞋", "板鞋", "鞋子", "鞋"] ["sneakers", "shoes", "trainers"];
    /// A shoe with a heel.
    HighHeel "high_heel" Footwear ["高跟鞋", "单鞋", "鞋子"] ["high heels", "pumps", "heels"];
    /// A boot.
    Boot "boot" Footwear ["靴子", "短靴", "马丁靴"] ["boots", "ankle boots"];
    /// A flat slip-on shoe.
    Loafer "loafer" Footwear ["乐福鞋", "单鞋", "皮鞋"] ["loafers", "shoes"];
    /// An open slipper.
    Slipper "slipper" Footwear ["拖鞋", "凉拖", "凉鞋"] ["slippers", "slides"];
    /// A hand or shoulder bag.
    Bag "bag" Accessory ["包", "包包", "手提包", "单肩包"] ["bag", "handbag", "tote"];
    /// A bag for the back.
    Backpack "backpack" Accessory ["双肩包", "背包", "书包"] ["backpack", "rucksack"];
    /// A cap with a peak.
    Cap "cap" Accessory ["棒球帽", "鸭舌帽", "帽子"] ["cap", "baseball cap"];
    /// A hat with a soft brim.
    BucketHat "bucket_hat" Accessory ["渔夫帽", "盆帽", "帽子"] ["bucket hat", "hat"];
    /// A knitted cap.
    Beanie "beanie" Accessory ["毛线帽", "针织帽", "帽子"] ["beanie", "knit hat"];
    /// A scarf.
    Scarf "scarf" Accessory ["围巾", "围脖", "披肩"] ["scarf"];
    /// A pair of socks.
    Socks "socks" Accessory ["袜子", "中筒袜", "袜"] ["socks"];
    /// A case for a telephone.
    PhoneCase "phone_case" Accessory ["手机壳", "保护套", "手机套"] ["phone case", "case"];
}

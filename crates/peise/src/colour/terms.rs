//! The table of colour terms: names, sRGB values and the words sellers use for them.
//!
//! The values are this project's own choice: what cloth of that name looks like in a product photo,
//! hence black is not 0 and red is not 255. Each word belongs to exactly one term.

use super::ColourTerm;

macro_rules! terms {
    ($($name:literal [$r:literal $g:literal $b:literal] [$($zh:literal)*] [$($en:literal)*])*) => {
        /// Every colour term known, from achromatic through the hue circle.
        pub const TERMS: &[ColourTerm] = &[$(ColourTerm {
            name: $name,
            srgb: [$r, $g, $b],
            chinese: &[$($zh),*],
            english: &[$($en),*],
        }),*];
    };
}

terms! {
    "Black"             [ 26  26  28] ["黑" "纯黑" "墨黑" "乌黑" "碳黑" "炭黑" "曜石黑" "曜黑" "午夜黑" "经典黑" "正黑" "玄"] ["black" "jet black"]
    "Charcoal"          [ 68  69  73] ["炭灰" "碳灰" "黑灰" "灰黑" "深空灰" "石墨" "石墨灰"] ["charcoal" "charcoal grey" "charcoal gray" "graphite"]
    "Steel"             [121 127 133] ["铁灰" "钢灰" "不锈钢" "金属灰"] ["steel" "steel grey" "gunmetal"]
    "Grey"              [142 143 146] ["灰" "中灰" "高级灰" "烟灰" "雅灰" "水泥灰"] ["grey" "gray"]
    "Grey Melange"      [172 172 174] ["麻灰" "花灰" "麻花灰"] ["grey melange" "heather grey" "heather gray" "melange"]
    "Metallic"          [150 148 144] ["金属"] ["metallic"]
    "Silver"            [192 194 197] ["银" "银灰" "亮银" "银白" "銀"] ["silver" "silver grey"]
    "White"             [247 247 246] ["白" "纯白" "雪白" "漂白" "亮白" "大白" "珍珠白" "月光白" "洁白"] ["white" "snow white" "pure white"]
    "Off White"         [240 235 222] ["米白" "本白" "象牙白" "象牙" "乳白" "暖白" "杏白" "牙白" "原白"] ["off white" "off-white" "ivory"]
    "Cream"             [243 231 203] ["奶油" "奶白" "奶油白" "奶黄" "奶油黄" "贡米" "米黄" "奶杏"] ["cream" "creamy white"]
    "Oatmeal"           [219 207 186] ["燕麦" "亚麻" "燕麦米"] ["oatmeal" "oat" "linen"]
    "Beige"             [221 203 172] ["米" "米杏" "沙" "浅木"] ["beige" "sand"]
    "Apricot"           [229 204 171] ["杏" "杏仁" "杏子"] ["apricot" "almond"]
    "Champagne"         [226 205 170] ["香槟" "香槟金"] ["champagne"]
    "Nude"              [222 186 160] ["裸" "裸粉" "肉粉"] ["nude"]
    "Skin"              [227 189 160] ["肤" "肉"] ["skin" "flesh"]
    "Milk Tea"          [196 163 133] ["奶茶" "奶咖"] ["milk tea"]
    "Khaki"             [183 163 122] ["卡其" "卡奇" "米卡"] ["khaki"]
    "Taupe"             [139 123 108] ["灰褐" "咖灰" "灰棕" "灰咖"] ["taupe"]
    "Mushroom Brown"    [158 137 120] ["蘑菇" "灰杏" "米灰" "灰驼"] ["mushroom" "mushroom brown"]
    "Camel"             [186 140  88] ["驼" "金驼" "駝" "骆驼"] ["camel"]
    "Tan"               [178 125  74] ["棕黄" "黄棕" "黄褐" "茶"] ["tan" "light tan"]
    "Caramel"           [170 102  46] ["焦糖" "琥珀" "焦黄"] ["caramel" "amber"]
    "Bronze"            [140 105  66] ["古铜" "青铜"] ["bronze"]
    "Copper"            [173 105  70] ["铜" "紫铜" "红铜"] ["copper"]
    "Brown"             [103  69  48] ["棕" "褐" "棕褐" "啡" "椰棕"] ["brown"]
    "Coffee Brown"      [ 84  59  45] ["咖啡" "咖" "摩卡" "摩卡棕"] ["coffee" "coffee brown" "mocha"]
    "Chocolate"         [ 73  45  34] ["巧克力" "可可" "黑棕" "黑褐"] ["chocolate" "cocoa"]
    "Chestnut"          [120  61  42] ["栗" "红棕" "棕红" "红褐" "赤褐" "褐红" "胡桃"] ["chestnut" "reddish brown" "walnut" "auburn"]
    "Gold"              [201 166  92] ["金" "流沙金" "亮金"] ["gold" "golden"]
    "Rose Gold"         [205 150 130] ["玫瑰金"] ["rose gold"]
    "Yellow"            [243 210  63] ["黄" "中黄" "亮黄" "明黄" "金黄" "芒果黄" "玉米黄" "黃"] ["yellow" "bright yellow"]
    "Lemon"             [246 226  92] ["柠檬" "柠檬黄"] ["lemon" "lemon yellow"]
    "Pale Yellow"       [245 228 150] ["鹅黄" "嫩黄"] ["pale yellow" "gosling yellow"]
    "Fluorescent Yellow" [224 240 54] ["荧光黄"] ["fluorescent yellow" "neon yellow"]
    "Mustard"           [196 152  48] ["姜黄" "芥末黄" "芥末"] ["mustard" "ginger" "ginger yellow"]
    "Ochre"             [176 130  62] ["土黄" "赭黄" "赭石"] ["ochre"]
    "Orange"            [232 118  41] ["橙" "橘" "桔" "橘黄" "桔黄" "橙黄" "亮橙" "亮橘" "橘子"] ["orange"]
    "Pumpkin"           [214 104  36] ["南瓜" "爱马仕橙"] ["pumpkin"]
    "Orange Red"        [222  78  42] ["橙红" "橘红" "桔红" "番茄红"] ["orange red" "tomato red"]
    "Coral"             [240 120 100] ["珊瑚" "珊瑚红" "珊瑚橙" "珊瑚粉" "珊瑚橘"] ["coral"]
    "Peach"             [246 187 155] ["蜜桃" "蜜桃粉" "桃粉" "杏粉" "橘粉" "粉橘" "粉橙" "水蜜桃"] ["peach"]
    "Watermelon"        [226  78  88] ["西瓜红" "西柚"] ["watermelon" "watermelon red"]
    "Red"               [196  32  44] ["红" "大红" "正红" "中国红" "朱红" "亮红" "中红" "纯红" "紅"] ["red" "scarlet" "bright red"]
    "Rust"              [158  70  42] ["铁锈红" "铁锈" "锈红" "铁红" "锈"] ["rust" "rust red"]
    "Brick Red"         [160  64  52] ["砖红" "土红" "陶土"] ["brick red" "brick"]
    "Burgundy"          [108  28  44] ["酒红" "葡萄酒红" "勃艮第"] ["burgundy" "wine red" "wine"]
    "Maroon"            [118  32  40] ["枣红" "绛红" "酱红" "石榴红"] ["maroon" "bordeaux"]
    "Bean Red"          [168  92  88] ["豆沙" "豆沙红"] ["bean paste" "bean red"]
    "Rose"              [202  72 104] ["玫瑰" "玫瑰红" "胭脂" "胭脂红"] ["rose" "rose red"]
    "Magenta"           [196  42 120] ["玫红" "枚红" "梅红" "洋红" "品红" "紫红"] ["magenta" "fuchsia" "fuschia"]
    "Hot Pink"          [234  78 142] ["桃红" "芭比粉" "荧光粉" "玫粉"] ["hot pink" "barbie pink"]
    "Pink"              [240 165 184] ["粉" "粉红" "樱花粉" "樱粉" "少女粉" "珍珠粉" "嫩粉"] ["pink"]
    "Dusty Pink"        [205 155 155] ["豆沙粉" "脏粉" "烟粉" "灰粉" "藕粉" "藕" "橡皮粉" "干枯玫瑰"] ["dusty pink" "dirty pink"]
    "Lilac"             [205 160 205] ["粉紫" "紫粉" "藕荷"] ["lilac" "pink purple"]
    "Mauve"             [163 122 148] ["木槿紫" "灰紫粉" "豆沙紫"] ["mauve"]
    "Lavender"          [181 165 214] ["薰衣草" "薰衣草紫" "丁香紫" "丁香"] ["lavender"]
    "Taro"              [165 142 190] ["香芋" "香芋紫" "芋紫" "灰紫" "烟紫"] ["taro" "taro purple"]
    "Violet"            [112  84 184] ["紫罗兰" "蓝紫" "紫蓝"] ["violet" "blue violet"]
    "Purple"            [112  58 128] ["紫" "葡萄紫" "玫瑰紫" "中紫" "纯紫" "罗兰紫"] ["purple"]
    "Aubergine"         [ 66  36  62] ["茄紫" "绛紫" "酱紫" "黑紫" "紫黑"] ["aubergine" "eggplant"]
    "Navy Blue"         [ 34  42  72] ["藏青" "藏蓝" "海军蓝" "藏青蓝" "墨蓝" "上青"] ["navy" "navy blue"]
    "Indigo"            [ 48  62 116] ["靛蓝" "靛青" "靛"] ["indigo"]
    "Denim Blue"        [ 82 108 146] ["牛仔蓝" "复古蓝" "水洗蓝" "牛仔"] ["denim" "denim blue"]
    "Royal Blue"        [ 32  72 172] ["宝蓝" "宝石蓝" "彩蓝" "克莱因蓝" "宝兰" "电光蓝" "皇家蓝" "彩兰"] ["royal blue" "klein blue" "sapphire blue" "cobalt blue"]
    "Blue"              [ 44  94 170] ["蓝" "兰" "中蓝" "纯蓝" "藍" "海蓝" "海兰"] ["blue"]
    "Peacock Blue"      [ 18 104 134] ["孔雀蓝" "孔雀"] ["peacock blue" "peacock"]
    "Lake Blue"         [ 56 150 196] ["湖蓝" "湖水蓝"] ["lake blue"]
    "Sky Blue"          [126 184 228] ["天蓝" "天空蓝" "天兰" "浅天蓝" "婴儿蓝" "晴空蓝"] ["sky blue" "baby blue" "light sky blue"]
    "Ice Blue"          [190 216 230] ["冰蓝" "水蓝" "云蓝" "水兰" "冰川蓝" "月光蓝"] ["ice blue"]
    "Haze Blue"         [124 146 166] ["雾霾蓝" "雾霾" "雾蓝" "灰蓝" "蓝灰" "烟蓝" "静谧蓝" "青灰" "莫兰迪蓝"] ["haze blue" "grey blue" "gray blue" "dusty blue" "blue grey" "blue gray"]
    "Cyan"              [ 64 178 190] ["青" "青蓝" "碧蓝" "碧"] ["cyan" "aqua"]
    "Turquoise Blue"    [ 52 176 186] ["松石蓝" "绿松石" "蒂芙尼蓝" "土耳其蓝"] ["turquoise" "turquoise blue" "tiffany blue"]
    "Teal"              [ 20 112 116] ["蓝绿" "绿蓝" "凫蓝" "墨青"] ["teal" "blue green"]
    "Sea Green"         [ 66 150 128] ["海绿" "湖绿" "湖水绿" "松石绿" "孔雀绿" "青绿" "水绿"] ["sea green" "lake green"]
    "Mint"              [168 218 196] ["薄荷绿" "薄荷" "冰绿" "薄荷蓝"] ["mint" "mint green"]
    "Avocado Green"     [168 186 128] ["牛油果绿" "牛油果" "豆绿" "豆沙绿" "抹茶" "抹茶绿" "抹绿"] ["avocado" "avocado green" "matcha" "matcha green" "pea green"]
    "Grey Green"        [140 152 132] ["灰绿" "绿灰" "鼠尾草绿" "鼠尾草"] ["grey green" "gray green" "sage" "sage green"]
    "Lime Green"        [160 206  60] ["青柠" "青柠绿" "果绿" "苹果绿" "黄绿" "嫩绿" "青草" "芥末绿"] ["lime" "lime green" "apple green" "yellow green"]
    "Fluorescent Green" [124 236  62] ["荧光绿" "霓虹绿"] ["fluorescent green" "neon green"]
    "Grass Green"       [ 92 150  62] ["草绿"] ["grass green"]
    "Green"             [ 44 128  72] ["绿" "中绿" "纯绿" "綠" "清新绿"] ["green"]
    "Emerald"           [ 14 138  98] ["翠绿" "祖母绿" "翡翠绿" "翡翠"] ["emerald" "emerald green"]
    "Forest Green"      [ 30  66  50] ["墨绿" "森林绿" "松绿" "黛绿" "复古绿" "黑绿" "暗夜绿"] ["forest green" "blackish green"]
    "Olive"             [112 108  60] ["橄榄" "橄榄绿"] ["olive" "olive green"]
    "Army Green"        [ 86  92  62] ["军绿" "迷彩绿" "苔藓绿" "苔绿"] ["army green" "military green"]
}

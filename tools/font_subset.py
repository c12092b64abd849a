"""Make the course's font: a small subset of Noto Sans CJK SC under a name of its own.

    python tools/font_subset.py NotoSansCJK-Regular.ttc

writes helpers/assets/fonts/CourseSansCJK-Regular.otf. Needed only when a label is to hold a character that is
not listed below. fontTools comes with matplotlib; the source font is the Debian package fonts-noto-cjk, or
NotoSansCJKsc-Regular.otf of https://github.com/notofonts/noto-cjk. The same source and the same fontTools
give the same bytes.
"""

import sys
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTFont

TARGET = Path(__file__).parents[1] / "helpers" / "assets" / "fonts" / "CourseSansCJK-Regular.otf"
SOURCE_FAMILY = "Noto Sans CJK SC"
# A name that no system font bears: an installed Noto must never hide that a glyph is missing from ours.
FAMILY = "Course Sans CJK"

# What labels are made of: the terms of the three chapters, of training, of figures and of dates.
TERMS = """
循环 神经网络 时间步 时间序列 隐藏状态 隐状态 记忆 遗忘 展开 输入 输出 权重 偏置 参数 共享 前馈 反馈
反向传播 截断 梯度 消失 爆炸 裁剪 正交 初始化 门控 遗忘门 输入门 输出门 更新门 重置门 候选 细胞状态 单元
长短期 双向 单向 多层 层 步长 窗口 滑动 正弦 振幅 频率 周期 预测 预报 持续性 自由运行 教师强制 真实值 误差
均方误差 平均绝对误差 字符 字母 词 词表 词汇表 索引 独热 编码 解码 语言模型 完形填空 下一个词 采样 温度
贪心 损失 函数 交叉熵 熵 优化器 学习率 动量 衰减 正则化 丢弃 随机失活 训练 验证 测试 集 留出 准确率 精确率
召回率 基线 多数类 分类 分类器 类别 标签 轮次 批 批次 批量大小 小批量 种子 均值 方差 标准差 标准化 归一化
直方图 分布 概率 对数 指数 范数 雅可比 矩阵 向量 张量 形状 维度 轴 行 列 卷积 互相关 卷积核 滤波器 核 池化
最大 平均 填充 补零 步幅 膨胀 空洞 分组 深度可分离 感受野 通道 特征图 特征 图像 像素 灰度 彩色 边缘 平移
等变 不变 稀疏 稠密 快速傅里叶变换 频域 全连接 激活 线性 非线性 批归一化 运行均值 缓冲区 混淆矩阵 手写数字
旋转 缩放 错误 正确 示例 变换器 注意力 自注意力 交叉注意力 多头 头 查询 键 值 缩放点积 打分 分数 掩码 遮挡
因果 填充掩码 位置编码 相对位置 置换 词向量 嵌入 绑定 编码器 解码器 残差 连接 层归一化 前馈网络 预热
标签平滑 束搜索 缓存 自回归 源 目标 序列 开始 结束 标记 分词 复制 任务 日期 格式 语言 国家 地区 耗时 毫秒
秒 分钟 次数 数量 大小 宽度 高度 长度 深度 位置 样本 数据 复杂度 内存 计算 并行 速度 加速 比较 结果 之前
之后 上 下 左 右 前 后 中 谁看见谁 看得见 看不见 改变 移动 影响 泄漏 常见错误 练习 答案 得分 及格 满分
学生 教师 图 表 公式 代码 图例 横轴 纵轴 单位 第 章 节 步 个 次 年 月 日 时 分 星期 周
一二三四五六七八九十百千万零 两 上午 下午 中午 晚上 今天 明天 昨天 元 角 号
猫 狗 花 人名
"""
# The characters around them, so that a label can also be a sentence.
MORE = """
与专且丰为主么义乘也了于些产人仅从他以们件价会估似但低住体何作你使供依便保信修假做偶储允先免其具典再决况几
凭切划创利到刻功劣助势包升半南占印即历压原去取叠句只史各合同否含启味和哪固圆圈在场块堆增处备外够太奇套好如
它容富寸导射将就尺局工已希带帧帮广应建当录很念忽思总息情想慢成我或所执扩把投抽拆拉拟择括拼按挖捉捕掘推提搓
搭摒摘擅操支收效敛散整文无易映是显普景曲有服望未李来构析架某根框止此段每毕气求没沿法泛流浓涉添清然爱版献现
理用略白的监盖着督知票程稳立笔简粉系累级终绘统绿缺翻考者而联聚股能至致良茨获菜蓝蔚虑融被要覆视认讨让许论设
访评识译话该详说读课调谓象质赖起超越距身载辑达过返还这进远迭述送适逐递造逻遍避那部都配释问防阶际降限除难需
靠面音项顺领题首骤鸟黑默
"""
PUNCTUATION = "、。〈〉《》「」『』【】〔〕（），．：；！？～－＋＝／％—–‘’“”…⋯·•"
SYMBOLS = "←↑→↓↔⇒±×÷√∞∂∇∑∏∈≈≠≤≥‖∥⊕⊙−⚠✓●○■□▲△▼▽◆◇★☆①②③④⑤⑥⑦⑧⑨⑩␣"
# All that Noto Sans CJK has of Latin Extended-A. The rest (ą, ł, ž ...), accented Greek and Cyrillic come
# from DejaVu Sans, which stands second in the style's list of families.
LATIN_EXTENDED = "ĀāĂăĐđĒēĚěĨĩĪīŃńŇňŌōŎŏŒœŨũŪūŬŭ"


def _span(first: int, last: int) -> str:
    return "".join(map(chr, range(first, last + 1)))


GREEK = _span(0x391, 0x3A1) + _span(0x3A3, 0x3A9) + _span(0x3B1, 0x3C9)
CHARACTERS = "".join(
    sorted(
        set(_span(0x20, 0x7E) + _span(0xA0, 0xFF) + LATIN_EXTENDED + GREEK)
        | set(PUNCTUATION + SYMBOLS)
        | set("".join((TERMS + MORE).split()))
    )
)


def _open(path: str) -> TTFont:
    """Open the face of `SOURCE_FAMILY` in a font file or in a collection (.ttc) of several."""
    number = 0
    while True:
        font = TTFont(path, fontNumber=number, recalcTimestamp=False)
        if font["name"].getDebugName(1) == SOURCE_FAMILY:
            return font
        number += 1
        if number >= getattr(font.reader, "numFonts", 1):
            sys.exit(f"{path} holds no face of the family {SOURCE_FAMILY!r}")


def _rename(font: TTFont) -> None:
    """Give the font our name everywhere; copyright, trademark and licence entries stay as they are."""
    postscript = FAMILY.replace(" ", "") + "-Regular"
    version = font["name"].getDebugName(5)
    names = {1: FAMILY, 3: postscript, 4: FAMILY, 6: postscript, 10: f"Subset of {SOURCE_FAMILY}, {version}"}
    for record in list(font["name"].names):
        if record.nameID in names or record.nameID in (16, 17):
            font["name"].removeNames(nameID=record.nameID)
    for number, text in names.items():
        font["name"].setName(text, number, 3, 1, 0x409)
    cff = font["CFF "].cff
    cff.fontNames = [postscript]
    cff[0].FullName = cff[0].FamilyName = FAMILY


def main(source: str) -> None:
    font = _open(source)
    lacking = "".join(c for c in CHARACTERS if ord(c) not in font.getBestCmap())
    if lacking:
        sys.exit(f"{source} has no glyph for: {lacking}")
    options = subset.Options()
    options.bidi_closure = False  # exactly the characters above
    options.hinting = False  # 171 instead of 197 kB
    options.layout_features = ["kern"]
    options.name_IDs = ["*"]
    options.notdef_outline = True
    options.drop_tables += ["BASE", "VORG", "vhea", "vmtx"]  # vertical writing
    subsetter = subset.Subsetter(options)
    subsetter.populate(text=CHARACTERS)
    subsetter.subset(font)
    _rename(font)
    font.save(TARGET)
    print(f"{TARGET.name}: {len(CHARACTERS)} characters, {TARGET.stat().st_size / 1000:.0f} kB")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(sys.argv[1])

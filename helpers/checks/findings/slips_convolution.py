"""Slips in the turns on a convolution: kernels, one window, sizes, loops, columns and their product."""

from helpers.checks.findings.row import BY_CASE, Row

ROWS = (
    Row(
        "moves_left",
        BY_CASE,
        "the picture moves to the left",
        likely="an output shows the pixel under the 1: to show its left neighbour, the 1 stands on the left",
    ),
    Row(
        "stays",
        BY_CASE,
        "the picture stays where it is",
        likely="a 1 in the middle shows each pixel itself: the 1 must stand on another pixel",
    ),
    Row(
        "moves_down",
        BY_CASE,
        "the picture moves down",
        likely="the first index is the row: a 1 above the middle shows the pixel above",
    ),
    Row(
        "moves_up",
        BY_CASE,
        "the picture moves up",
        likely="the first index is the row: a 1 below the middle shows the pixel below",
    ),
    Row(
        "moves_aslant",
        BY_CASE,
        "the picture moves to the right and down",
        likely="a 1 in a corner moves it in both directions: it belongs into the middle row",
    ),
    Row(
        "moves_down_left",
        BY_CASE,
        "the picture moves to the left and down",
        likely="a 1 in a corner moves it in both directions: it belongs into the middle row",
    ),
    Row(
        "shown_twice",
        BY_CASE,
        "the picture stays, and a copy of it is added one pixel to the right",
        likely="the sum has one term only: a single number that is not 0",
    ),
    Row(
        "whole_column",
        BY_CASE,
        "three shifted pictures are added",
        likely="a single 1: each further one adds another copy",
    ),
    Row(
        "edges_found",
        BY_CASE,
        "this finds vertical edges",
        likely="nothing is to be subtracted: a single 1 and eight zeros",
    ),
    Row("no_bias", BY_CASE, "the bias is left out", likely="+ bias, once for each number of the output"),
    Row(
        "bias_each_product",
        BY_CASE,
        "the bias is added to every product",
        likely="sum first, then add the bias once: outside the brackets of the sum",
    ),
    Row(
        "bias_each_channel",
        BY_CASE,
        "the bias is added once for each input channel",
        likely="it belongs behind the sum over the channels",
    ),
    Row(
        "first_channel",
        BY_CASE,
        "only the first input channel counts",
        likely="sum over all channels: the window is x[:, rows, columns]",
    ),
    Row(
        "last_channel",
        BY_CASE,
        "only the last input channel counts",
        likely="add up over the channels: +=, or one sum over x[:, rows, columns]",
    ),
    Row(
        "channels_apart",
        BY_CASE,
        "the channels are not added up",
        likely="one sum over everything: channels, rows and columns",
    ),
    Row(
        "place_exchanged",
        BY_CASE,
        "rows and columns are exchanged",
        likely="i is the row, and rows come first: x[:, i : i + kH, j : j + kW]",
    ),
    Row(
        "kernel_flipped",
        BY_CASE,
        "the kernel is turned round",
        likely="torch does not flip it: number (m, n) of the kernel meets the pixel m below, n to the right",
    ),
    Row(
        "mean_of_products",
        BY_CASE,
        "this is the mean of the products",
        likely="the sum is not divided by anything",
    ),
    Row("matrix_product", BY_CASE, "this multiplies matrices", likely="number by number: *, not @"),
    Row(
        "place_missing",
        BY_CASE,
        "one place is missing",
        likely="the first place counts too: + 1 behind the division",
    ),
    Row(
        "rounded_up",
        BY_CASE,
        "the division is rounded up",
        likely="a window that does not fit wholly does not count: // rounds down",
    ),
    Row(
        "a_fraction",
        BY_CASE,
        "places come out as fractions",
        likely="a window that does not fit wholly does not count: //",
    ),
    Row(
        "padding_once",
        BY_CASE,
        "the padding counts once",
        likely="there are zeros on both sides: 2 * padding",
    ),
    Row(
        "no_padding", BY_CASE, "the padding is left out", likely="the zeros on both sides make the row longer"
    ),
    Row("no_stride", BY_CASE, "the stride is left out", likely="the window moves by stride pixels at a time"),
    Row(
        "no_dilation",
        BY_CASE,
        "the dilation is left out",
        likely="a window of k pixels that are d apart covers d * (k - 1) + 1",
    ),
    Row(
        "dilated_once_too_often",
        BY_CASE,
        "the window is taken to cover dilation * k pixels",
        likely="k pixels have k - 1 steps between them: dilation * (k - 1) + 1",
    ),
    Row(
        "one_inside",
        BY_CASE,
        "the 1 is divided too",
        likely="+ 1 stands behind the division: the first place needs no step",
    ),
    Row(
        "brackets_missing",
        BY_CASE,
        "the window alone is divided by the stride",
        likely="brackets: all that it can move is divided by the stride",
    ),
    Row(
        "brackets_missing_too",
        BY_CASE,
        "the 1 alone is divided by the stride",
        likely="brackets: all that it can move is divided by the stride",
    ),
    Row(
        "window_spread",
        BY_CASE,
        "the window itself takes steps of stride",
        likely="stride lies between windows: the window from i * stride to i * stride + kH has no gaps",
    ),
    Row(
        "bias_each_row",
        BY_CASE,
        "the bias is added once for each row of the output",
        likely="it belongs to the number itself, or behind all loops: one line is indented too far",
    ),
    Row(
        "bias_each_place",
        BY_CASE,
        "every place gets the bias of all places",
        likely="it belongs to the number itself, or behind all loops: one line is indented too far",
    ),
    Row(
        "bias_written",
        BY_CASE,
        "the sum is written onto the bias itself",
        likely="bias[o] is a part of bias, and += changes it in place: total = total + …, or begin with 0",
    ),
    Row(
        "one_kernel",
        BY_CASE,
        "all output channels are made by the first kernel",
        likely="weight[o] for output channel o",
    ),
    Row(
        "last_place",
        BY_CASE,
        "the last row and the last column of the output stay 0",
        likely="range(Ho) ends at Ho - 1 by itself",
    ),
    Row(
        "channels_fastest",
        BY_CASE,
        "the channels change first, the place in the window last",
        likely="torch's order is that of weight.flatten(1): channel, row, column",
    ),
    Row(
        "window_by_columns",
        BY_CASE,
        "the numbers of a window are read column by column",
        likely="row by row: m (rows) comes before n (columns)",
    ),
    Row(
        "places_downwards",
        BY_CASE,
        "the windows are counted downwards",
        likely="from left to right first: all windows of the first row, then the second",
    ),
    Row(
        "windows_as_rows", BY_CASE, "the windows are rows", likely="(B, C·kH·kW, Ho·Wo): a window is a column"
    ),
    Row(
        "axes_mixed",
        BY_CASE,
        "the shape is right, the numbers stand in other places",
        likely="reshape moves no axes: bring them into order first (permute, transpose)",
    ),
    Row(
        "not_permuted",
        BY_CASE,
        "places and numbers of a window are mixed",
        likely="x.unfold twice is (B, C, Ho, Wo, kH, kW): permute(0, 1, 4, 5, 2, 3) before the reshape",
    ),
    Row(
        "slices_mixed",
        BY_CASE,
        "the slices stand along the batch",
        likely="the batch must be the first axis before the reshape: torch.stack(parts, dim=2)",
    ),
    Row(
        "images_mixed",
        BY_CASE,
        "the numbers of different images are mixed",
        likely="the batch must be the first axis before the reshape",
    ),
    Row(
        "one_row_written",
        BY_CASE,
        "only one row of each channel is filled",
        likely="each (m, n) fills a row of its own: columns[:, :, m, n]",
    ),
    Row(
        "bias_along_places",
        BY_CASE,
        "the bias is added along the places",
        likely="a number for each row: bias[:, None] is (Co, 1)",
    ),
    Row(
        "bias_along_columns",
        BY_CASE,
        "the bias is added along the columns of the image",
        likely="a number for each channel: bias[:, None, None] is (Co, 1, 1)",
    ),
    Row(
        "kernels_mixed",
        BY_CASE,
        "each row has numbers of several kernels",
        likely="weight.flatten(1): each kernel stays in its row",
    ),
    Row("sides_exchanged", BY_CASE, "height and width are exchanged", likely="rows come first: Ho, then Wo"),
    Row("channels_behind", BY_CASE, "the channels stand last", likely="torch's order: (B, C, H, W)"),
    Row(
        "first_image", BY_CASE, "only the first image counts", likely="every image of the batch has its part"
    ),
)

"""Curves as SVG, with nothing but text: one panel a quantity, above each other, over one axis."""

import html
import math

WIDTH, HEIGHT, LEFT, TOP, RIGHT, BOTTOM = 720, 200, 70, 30, 20, 40
COLOURS = ("#0b6e99", "#c4500c", "#3d7a36", "#8a3f8f", "#94741b", "#5b5b5b", "#b03060")


def ticks(low: float, high: float) -> list[float]:
    step = 10 ** math.floor(math.log10((high - low) / 4 or 1))
    while (high - low) / step > 6:
        step *= 2 if (high - low) / step <= 12 else 5
    first = math.ceil(low / step)
    return [round(index * step, 10) for index in range(first, math.floor(high / step) + 1)]


def panel(title: str, curves: dict, top: float, label: str, logarithmic: bool) -> str:
    """A panel of curves {name: [(x, y), …]}; `logarithmic` is for both axes, of positive numbers."""
    points = [point for curve in curves.values() for point in curve if None not in point]
    scale = math.log10 if logarithmic else float
    xs, ys = [scale(x) for x, _ in points], [scale(y) for _, y in points]
    (x0, x1), (y0, y1) = (min(xs), max(xs)), (min(ys) if logarithmic else min(0, *ys), max(ys))
    x1, y1 = x1 if x1 > x0 else x0 + 1, y1 if y1 > y0 else y0 + 1

    def place(x, y):
        return (LEFT + (scale(x) - x0) / (x1 - x0) * (WIDTH - LEFT - RIGHT),
                top + TOP + (1 - (scale(y) - y0) / (y1 - y0)) * (HEIGHT - TOP - BOTTOM))

    parts = [f'<text x="{LEFT}" y="{top + 18}" font-weight="bold">{html.escape(title)}</text>']
    for value in ticks(y0, y1):
        at = top + TOP + (1 - (value - y0) / (y1 - y0)) * (HEIGHT - TOP - BOTTOM)
        shown = f"{10 ** value:.3g}" if logarithmic else f"{value:g}"
        parts.append(f'<line x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{at:.1f}" y2="{at:.1f}" stroke="#ddd"/>'
                     f'<text x="{LEFT - 6}" y="{at + 4:.1f}" text-anchor="end">{shown}</text>')
    for value in ticks(x0, x1):
        at = LEFT + (value - x0) / (x1 - x0) * (WIDTH - LEFT - RIGHT)
        shown = f"{10 ** value:.3g}" if logarithmic else f"{value:g}"
        parts.append(f'<text x="{at:.1f}" y="{top + HEIGHT - BOTTOM + 16}" text-anchor="middle">{shown}</text>')
    parts.append(f'<text x="{WIDTH - RIGHT}" y="{top + HEIGHT - 8}" text-anchor="end">{html.escape(label)}</text>')
    for index, (name, curve) in enumerate(curves.items()):
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in (place(*point) for point in curve if None not in point))
        colour = COLOURS[index % len(COLOURS)]
        parts.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="1.5"/>'
                     f'<text x="{LEFT + 170 + 90 * index}" y="{top + 18}" fill="{colour}">{html.escape(name)}</text>')
    return "\n".join(parts)


def figure(heading: str, panels: list[tuple[str, dict]], label: str, logarithmic: bool = False) -> str:
    """A figure of panels (title, curves), with what was measured where in `heading`."""
    shown = [(title, curves) for title, curves in panels
             if any(None not in point for curve in curves.values() for point in curve)]
    body = "\n".join(panel(title, curves, 30 + HEIGHT * index, label, logarithmic)
                     for index, (title, curves) in enumerate(shown))
    return (f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{40 + HEIGHT * len(shown)}" '
            f'font-family="sans-serif" font-size="12"><rect width="100%" height="100%" fill="#fff"/>'
            f'<text x="{LEFT}" y="20">{html.escape(heading)}</text>\n{body}\n</svg>\n')

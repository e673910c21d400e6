#!/usr/bin/env python3
"""Compares gain-cell attention with plain attention on the same q, k, v, and plots the error.

    examples/python/compare_attention.py path/to/gaincell [input.npz] [error.svg]

Needs numpy only. The input holds q, k, v [B, H, T, D] float32 and, if present, the scalers a_q .. b_o [H]; without one, the
example data of the project are used. The program is run twice, with the cubic cell and with the linear one; both are
compared with attention computed here in float64: causal, ReLU instead of softmax, as the hardware does it.
"""
import json
import pathlib
import subprocess
import sys
import tempfile

import numpy as np

HERE = pathlib.Path(__file__).resolve().parent
SCALERS = ["a_q", "b_q", "a_k", "b_k", "a_v", "b_v", "a_o", "b_o"]


def attend(program, source, folder, *options):
    """One run of `gaincell attend`; returns its output array and its report."""
    target = pathlib.Path(folder) / "out.npz"
    command = [program, "attend", "--model", "paper", "--input", str(source), "--output", str(target),
               "--json", "--quiet", "--force", *options]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(done.stderr.strip())
    with np.load(target) as result:
        return result["out"], json.loads(done.stdout)


def plain_attention(data):
    """Ideal multiplies: no quantization, no nonlinearity of the cell, no decay, no tiles."""
    heads = data["q"].shape[1]
    a = {name: np.asarray(data.get(name, np.full(heads, name.startswith("a_"))), float)[None, :, None, None]
         for name in SCALERS}
    q, k, v = (a[f"a_{x}"] * data[x].astype(float) + a[f"b_{x}"] for x in "qkv")
    q, k, v = np.clip(q, 0, 1), np.clip(k, 0, 0.9) - 0.45, np.clip(v, 0, 0.9) - 0.45
    scores = 19.3 * q @ np.swapaxes(k, -1, -2)
    tokens = q.shape[2]
    phi = np.clip(scores / 80, 0, 1) * np.tri(tokens)
    return a["a_o"] * (19.3 / 40 * phi @ v) + a["b_o"]


def matched(got, want):
    """`got` after the best gain and offset per head: the scalers of a file may belong to the other cell."""
    out = np.empty_like(want)
    for head in range(want.shape[1]):
        x, y = got[:, head].astype(float), want[:, head]
        gain = np.cov(x.ravel(), y.ravel())[0, 1] / np.var(x, ddof=1)
        out[:, head] = gain * (x - x.mean()) + y.mean()
    return out


def relative_rmse(got, want):
    return float(np.sqrt(np.mean((got - want) ** 2)) / np.std(want))


def svg_histogram(errors, path):
    """A histogram of each error series as a small, self-contained SVG."""
    limit = max(np.percentile(np.abs(e), 99.5) for e in errors.values())
    edges = np.linspace(-limit, limit, 61)
    counts = {name: np.histogram(e, edges)[0] / e.size for name, e in errors.items()}
    top = max(c.max() for c in counts.values())
    width, height, left, right, bottom = 640, 320, 60, 40, 40
    x = left + (edges[:-1] + limit) / (2 * limit) * (width - left - right)
    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" font-family="sans-serif" '
             f'font-size="12"><rect width="{width}" height="{height}" fill="white"/>']
    for colour, (name, c), row in zip(("#c23b22", "#2255a4"), counts.items(), range(2)):
        y = height - bottom - c / top * (height - bottom - 20)
        points = " ".join(f"{a:.1f},{b:.1f}" for a, b in zip(x, y))
        parts.append(f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="2"/>'
                     f'<text x="{left + 10}" y="{30 + 16 * row}" fill="{colour}">{name}</text>')
    for value in (-limit, 0, limit):
        at = left + (value + limit) / (2 * limit) * (width - left - right)
        parts.append(f'<text x="{at:.0f}" y="{height - 20}" text-anchor="middle">{value:.3g}</text>')
    parts.append(f'<text x="{width / 2}" y="{height - 4}" text-anchor="middle">output error, hardware - plain (60 bins)</text>'
                 f'<text x="{left - 6}" y="24" text-anchor="end">{100 * top:.1f} %</text>'
                 f'<text x="4" y="{height / 2}">share</text>'
                 f'<line x1="{left}" y1="{height - bottom}" x2="{width - right}" y2="{height - bottom}" stroke="black"/></svg>')
    pathlib.Path(path).write_text("\n".join(parts))


def main():
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    program = sys.argv[1]
    source = pathlib.Path(sys.argv[2]) if len(sys.argv) > 2 else HERE.parent / "data" / "lm_layer0.npz"
    picture = sys.argv[3] if len(sys.argv) > 3 else None
    try:
        with np.load(source) as archive:
            data = {name: archive[name] for name in archive.files}
    except OSError as error:
        sys.exit(f"cannot read the input: {error}")
    want = plain_attention(data)
    with tempfile.TemporaryDirectory() as folder:
        # What numpy writes, compressed, must read like the original: the round trip.
        again = pathlib.Path(folder) / "again.npz"
        np.savez_compressed(again, **{n: data[n] for n in ["q", "k", "v", *SCALERS] if n in data})
        cubic, report = attend(program, again, folder)
        same, _ = attend(program, source, folder)
        linear, _ = attend(program, source, folder, "--linear")
    if not np.array_equal(cubic, same):
        sys.exit("the compressed copy of the input gave another result")
    cubic, linear = matched(cubic, want), matched(linear, want)
    print(f"phi > 0 for {100 * report['utilisation']['phi_nonzero']:.1f} % of the pairs")
    print(f"relative rms error against plain attention, after one gain per head: cubic {relative_rmse(cubic, want):.4f}, "
          f"linear {relative_rmse(linear, want):.4f}")
    if picture:
        svg_histogram({"cubic cell": (cubic - want).ravel(), "linear cell": (linear - want).ravel()}, picture)
        print(f"wrote {picture}")


if __name__ == "__main__":
    main()

"""Small data files for the reference runs, the same bytes on every machine.

Numbers come from a linear congruential generator and exact arithmetic only, never from a mathematics library.
"""
# SPDX-License-Identifier: Apache-2.0
import io
import pathlib
import struct
import zipfile


class Numbers:
    """Knuth's 64-bit linear congruential generator."""

    def __init__(self, seed):
        self.state = seed
        for _ in range(4):
            self.uniform()

    def uniform(self):
        """From [-1, 1), in steps of a millionth: short in text, exact in a double."""
        self.state = (self.state * 6364136223846793005 + 1442695040888963407) % 2**64
        return round((self.state >> 11) / 2**53 * 2_000_000 - 1_000_000) / 1_000_000

    def below(self, count):
        return int((self.uniform() + 1) / 2 * count) % count

    def rows(self, count, columns):
        return [[self.uniform() for _ in range(columns)] for _ in range(count)]


def npy(descr, rows):
    """An array of numpy's format 1.0; rows may be nested."""
    shape = []
    level = rows
    while isinstance(level, list):
        shape.append(len(level))
        level = level[0]
    values = rows
    for _ in shape[1:]:
        values = [value for row in values for value in row]
    header = f"{{'descr': '{descr}', 'fortran_order': False, 'shape': ({', '.join(map(str, shape))},), }}"
    header += " " * (63 - (10 + len(header)) % 64) + "\n"
    code = {"<f8": "d", "<f4": "f", "|u1": "B", "<i8": "q"}[descr]
    start = b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header.encode()
    return start + struct.pack(f"<{len(values)}{code}", *values)


def npz(**arrays):
    """Stored, with the date that a zip archive starts at: the same bytes at any time."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, (descr, rows) in arrays.items():
            archive.writestr(zipfile.ZipInfo(name + ".npy"), npy(descr, rows))
    return buffer.getvalue()


def csv(header, rows):
    lines = [",".join(header)] if header else []
    lines += [",".join(value if isinstance(value, str) else f"{value:.6f}" for value in row) for row in rows]
    return ("\n".join(lines) + "\n").encode()


def houses():
    """Regression: six features, a weight from 0.1, a price."""
    numbers = Numbers(1)
    rows = []
    for x in numbers.rows(170, 6):
        weight = 1.1 + numbers.uniform()
        rows.append([*x, weight, 0.8 * x[0] - 1.5 * x[1] * x[2] + x[3] * x[3] + 0.1 * numbers.uniform()])
    return csv(["a", "b", "c", "d", "e", "f", "weight", "price"], rows)


def visits():
    """Counts from 0 of four features."""
    numbers = Numbers(11)
    rows = []
    for x in numbers.rows(150, 4):
        rows.append([*x, float(max(0, int(3 * abs(x[0] + 0.5 * x[1] * x[2]) + 2 * numbers.uniform())))])
    return csv(["a", "b", "c", "d", "visits"], rows)


def plants(seed, count):
    """Three unequal classes with names, features of unequal size."""
    numbers = Numbers(seed)
    rows = []
    for x in numbers.rows(count, 4):
        score = x[0] + 0.5 * x[1] - x[2] * x[3]
        name = "fern" if score > 0.9 else "moss" if score > 0.1 else "reed"
        rows.append([x[0], 10 * x[1], 3 + x[2], 0.1 * x[3], 1.2 + numbers.uniform(), name])
    return csv(["size", "height", "age", "leaf", "care", "species"], rows)


def people():
    """Words, missing cells, codes and dates beside numbers, and a quantity far from 0."""
    numbers = Numbers(31)
    rows = []
    for number, x in enumerate(numbers.rows(240, 3)):
        colour = ("red", "blue", "", "green", "grey")[numbers.below(5)]
        code = ("007", "7", "042")[numbers.below(3)]
        day = f"2019-{1 + number % 12:02d}-{1 + number % 28:02d}" if number % 9 else "?"
        size = x[0] if number % 7 else ""
        price = 2000.0 + 300.0 * x[1] + (400.0 if colour == "red" else 0.0) + 50.0 * (number % 12)
        rows.append([number, colour, code, day, size, x[1], -99 if number % 11 == 0 else x[2], price])
    return csv(["id", "colour", "code", "day", "size", "age", "gaps", "price"], rows)


def plants_dialect():
    """The plants with a comment, semicolons, decimal commas, apostrophes between thousands, names in Latin-1."""
    lines = plants(2, 160).decode().replace("species", "espèce").replace("fern", "fougère").splitlines()
    cells = [line.replace(",", ";").replace(".", ",") for line in lines]
    cells[1] = "1'000,5;" + cells[1].split(";", 1)[1]
    return ("% measured in May\n" + "\n".join(cells) + "\n").encode("latin-1")


def curves():
    """Three real targets of nine features in single precision."""
    numbers = Numbers(3)
    x = numbers.rows(210, 9)
    y = [[r[0] * r[1], r[2] + r[3] * r[4], (r[5] - r[6]) * r[7] * r[8]] for r in x]
    return npz(x=("<f4", x), y=("<f8", y))


def tags():
    """Forty labels, any number of which may hold."""
    numbers = Numbers(4)
    x = numbers.rows(150, 24)
    y = [[int(r[k % 24] * (1 + k % 3) + r[(5 * k + 1) % 24] > 0.4) for k in range(40)] for r in x]
    return npz(x=("<f8", x), y=("|u1", y))


def flags():
    """One label that holds or not."""
    numbers = Numbers(5)
    x = numbers.rows(140, 5)
    return npz(x=("<f4", x), y=("|u1", [[int(r[0] * r[1] > 0 or r[2] > 0.6)] for r in x]))


def columns():
    """A table with a sample in each column; the last row is the label."""
    numbers = Numbers(6)
    samples = [[*x, float(int(x[0] > 0) + int(x[1] * x[2] > 0))] for x in numbers.rows(130, 6)]
    return npy("<f8", [list(row) for row in zip(*samples)])


def stamps(x="images", y="labels"):
    """Byte images of 8x8 with many zeros, four classes; x and y: names of the arrays."""
    numbers = Numbers(7)
    images, labels = [], []
    for _ in range(150):
        label = numbers.below(4)
        image = [[0] * 8 for _ in range(8)]
        for _ in range(14):
            row = numbers.below(5) + (3 if label > 1 else 0)
            image[row][numbers.below(5) + (3 if label % 2 else 0)] = 40 + numbers.below(216)
        images.append(image)
        labels.append(label)
    return npz(**{x: ("|u1", images), y: ("<i8", labels)})


def sensors():
    """Sixty-four real targets of 150 features: a wide last layer."""
    numbers = Numbers(8)
    x = numbers.rows(90, 150)
    y = [[r[k] + r[k + 20] * r[k + 70] for k in range(64)] for r in x]
    return npz(x=("<f4", x), y=("<f8", y))


def parts():
    """A set with its own validation and test part."""
    numbers = Numbers(9)
    arrays = {}
    for part, count in (("train", 120), ("valid", 30), ("test", 40)):
        x = numbers.rows(count, 3)
        arrays[f"x_{part}"] = ("<f8", x)
        arrays[f"y_{part}"] = ("<i8", [int(r[0] + r[1] * r[2] > 0) for r in x])
    return npz(**arrays)


def bags(seed, count, features):
    """LibSVM: three classes, a quarter of the features from 1 named, index 0 never."""
    numbers = Numbers(seed)
    lines = []
    for x in numbers.rows(count, features):
        named = [k for k in range(1, features) if numbers.below(4) == 0]
        label = 1 + numbers.below(2) if len(named) > features // 4 else 0
        lines.append(" ".join([str(label)] + [f"{k}:{x[k] + label:.6f}" for k in named]))
    return ("\n".join(lines) + "\n").encode()


def soils():
    """ARFF: classes in an order of their own, sparse rows between full ones, weights of rows."""
    numbers = Numbers(13)
    lines = ["@relation soils", "@attribute depth numeric", "@attribute 'water %' real", "@attribute class {sand, clay, loam}",
             "@data"]
    for number, x in enumerate(numbers.rows(150, 2)):
        name = "loam" if x[0] * x[1] > 0.1 else "clay" if x[0] > 0 else "sand"
        row = f"{{0 {x[0]:.6f},1 {x[1]:.6f}, 2 {name}}}" if number % 3 == 0 else f"{x[0]:.6f},{x[1]:.6f},{name}"
        lines.append(row + (", {0.5}" if number % 5 == 0 else ""))
    return ("\n".join(lines) + "\n").encode()


FILES = {
    "houses.csv": houses,
    "visits.csv": visits,
    "people.csv": people,
    "plants.csv": lambda: plants(2, 160),
    "plants_test.csv": lambda: plants(22, 40),
    "plants_dialect.csv": plants_dialect,
    "named.npz": lambda: stamps("pictures", "answer"),
    "curves.npz": curves,
    "tags.npz": tags,
    "flags.npz": flags,
    "columns.npy": columns,
    "stamps.npz": stamps,
    "sensors.npz": sensors,
    "parts.npz": parts,
    "bags.svm": lambda: bags(12, 150, 30),
    "bags.t": lambda: bags(14, 40, 32),
    "soils.arff": soils,
}


def write_files(folder):
    for name, make in FILES.items():
        (pathlib.Path(folder) / name).write_bytes(make())

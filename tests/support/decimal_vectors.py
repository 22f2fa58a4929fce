#!/usr/bin/env python3
"""Writes tests/engine/base/decimal_vectors.txt: what Python's decimal module makes of sums that our Decimal must agree with.

usage: decimal_vectors.py > tests/engine/base/decimal_vectors.txt

One line a case: operation, operands, expected (a number in shortest form, "none" for overflow or division by zero,
for `parse` with " rounded" after it where digits were lost, for `compare` one of < = >).
"""
import random
from decimal import Context, Decimal, ROUND_HALF_EVEN, localcontext

LARGEST = 10**36 - 1
PLACES = 18
rng = random.Random(20260201)


def shortest(value):
    """The value as Decimal::to_string writes it, or none if it is not one of ours."""
    with localcontext(Context(prec=400)):
        value = value.normalize()
        sign, digits, exponent = value.as_tuple()
        if value == 0:
            return "0"
        scale = max(0, -exponent)
        coefficient = int("".join(map(str, digits))) * 10 ** max(0, exponent)
        if coefficient > LARGEST or scale > PLACES:
            return "none"
        text = str(coefficient)
        if scale:
            text = text.rjust(scale + 1, "0")
            text = text[:-scale] + "." + text[-scale:]
        return ("-" if sign else "") + text


def operand():
    kind = rng.randrange(8)
    digits = rng.choice([1, 2, 3, 5, 9, 18, 19, 20, 30, 35, 36])
    coefficient = rng.randrange(10**digits)
    if kind == 0:
        coefficient = LARGEST - rng.randrange(3)
    if kind == 1:
        coefficient = rng.choice([0, 1, 5, 10, 25, 2**63 - 1, 2**63, 2**64 - 1, 2**64])
    if kind == 2:
        coefficient = 10 ** rng.randrange(36) * rng.randrange(1, 10)
    scale = rng.choice([0, 0, 1, 2, 2, 4, 9, 17, 18])
    text = str(coefficient).rjust(scale + 1, "0")
    if scale:
        text = text[:-scale] + "." + text[-scale:]
    return ("-" if rng.random() < 0.4 and coefficient else "") + text


def half_even(value, places):
    with localcontext(Context(prec=400, rounding=ROUND_HALF_EVEN)):
        return value.quantize(Decimal(1).scaleb(-places))


with localcontext(Context(prec=400)):
    for _ in range(900):
        a, b = operand(), operand()
        x, y = Decimal(a), Decimal(b)
        print("plus", a, b, shortest(x + y))
        print("minus", a, b, shortest(x - y))
        print("times", a, b, shortest(x * y))
        if y == 0:
            print("over", a, b, "none")
        else:
            # 400 digits are enough for half even at 18 places: a tie has a finite expansion of at most 90 digits
            print("over", a, b, shortest(half_even(x / y, PLACES)))
        print("compare", a, b, "<" if x < y else ">" if x > y else "=")
        places = rng.randrange(19)
        print("round", a, places, shortest(half_even(x, places)))
    for _ in range(900):
        whole = str(rng.randrange(10 ** rng.choice([1, 2, 5, 20, 36, 40])))
        fraction = "".join(rng.choice("0123456789") for _ in range(rng.choice([0, 0, 1, 2, 17, 18, 19, 20, 40])))
        if rng.random() < 0.3 and fraction:
            fraction = fraction[:18] + rng.choice(["5", "50", "500", "4999", "5001", "000"])
        if rng.random() < 0.2:
            whole, fraction = "0", "0" * rng.choice([16, 17, 18, 19, 30]) + rng.choice(["5", "50", "51", "49", "15", "25"])
        text = ("-" if rng.random() < 0.3 else "") + whole + ("." + fraction if fraction else "")
        if rng.random() < 0.4:
            text += rng.choice("eE") + rng.choice(["", "+", "-"]) + str(rng.choice([0, 1, 2, 5, 17, 18, 19, 36, 37, 400]))
        exact = Decimal(text)
        value = half_even(exact, PLACES) if abs(exact) < Decimal(10) ** 200 else exact
        expected = shortest(value)
        if expected != "none" and value != exact:
            expected += " rounded"
        print("parse", text, "-", expected)

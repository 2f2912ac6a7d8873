"""Sequences in which each arm comes a given number of times and never more than so often in a row.

Counts them exactly and finds the one with a given number, for a thousand periods and any number of arms. Whole numbers
only, no search and no rejection. Knows no dates and no names.

A sequence is a row of runs (stretches of one arm) together with the length of each. With j runs of an arm, l_j(t) =
sum_m (-1)^(j-m) C(j-1, m-1) t^m / m! glues runs together with alternating signs, so that in the product over arms the
arrangements with two neighbouring runs of one arm cancel (Carlitz words; Goulden & Jackson 1983, section 2.4). The
number of arrangements is then the sum over m of m! [t^m]. Polynomials are kept by their coefficients of t^m / m!, and
sums over binomial coefficients are done as repeated sums and differences.
"""

import itertools
import math
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property


class Runs:
    """All sequences of arms 0..k-1 where arm i comes `counts[i]` times, at most `limit` times in a row.

    Attributes
    ----------
    counts : tuple of int
        At least one of each.
    limit : int
        From 1.
    """

    def __init__(self, counts: Sequence[int], limit: int) -> None:
        self.counts = tuple(counts)
        self.limit = limit

    @cached_property
    def _ways(self) -> dict[int, list[int]]:
        """By number of periods: ways to split them into j runs, j from 0."""
        return {n: _splits(n, self.limit) for n in set(self.counts)}

    @cached_property
    def _later(self) -> list[list[int]]:
        """For each arm, the product of the polynomials of all arms after it; the last entry is of none."""
        of_arm = {n: _glued(ways) for n, ways in self._ways.items()}
        products = [[1]]
        for n in reversed(self.counts[1:]):
            products.append(_product(products[-1], of_arm[n]))
        return products[::-1]

    @cached_property
    def count(self) -> int:
        """How many there are."""
        return sum(_product(_glued(self._ways[self.counts[0]]), self._later[0]))

    def unrank(self, number: int) -> tuple[int, ...]:
        """Sequence number `number`, from 0 to count - 1; each number gives another one.

        The number is taken apart: how many runs each arm has and how long they are, then how the runs are arranged.
        """
        runs: list[int] = []
        lengths: list[list[int]] = []
        before = [1]
        for n, later in zip(self.counts, self._later, strict=True):
            arrangements = _differences(_repeated_sums(_product(before, later), n))
            ways = self._ways[n]
            for j in range(1, n + 1):
                weight = ways[j] * arrangements[j]
                if number < weight:
                    break
                number -= weight
            which, number = divmod(number, arrangements[j])
            runs.append(j)
            lengths.append(_split(n, j, self.limit, which))
            before = _product(before, _glued_one(j))
        left = [iter(of_arm) for of_arm in lengths]
        return tuple(
            itertools.chain.from_iterable(itertools.repeat(arm, next(left[arm])) for arm in _arrange(runs, number))
        )

    def __contains__(self, sequence: Sequence[int]) -> bool:
        counts = tuple(sum(arm == i for arm in sequence) for i in range(len(self.counts)))
        return counts == self.counts and longest_run(sequence) <= self.limit

    def __iter__(self) -> Iterator[tuple[int, ...]]:
        """All of them in lexicographic order, without ever entering a dead end."""
        left = list(self.counts)
        sequence: list[int] = []
        lengths: list[int] = []  # of the run that each place is in, so far
        if not self._can_end(left, -1, 0):
            return
        arm = 0  # to try next at this place
        while True:
            if not any(left):
                yield tuple(sequence)
                arm = len(left)
            if arm < len(left):
                last, run = (sequence[-1], lengths[-1]) if sequence else (-1, 0)
                here = run + 1 if arm == last else 1
                if left[arm] and here <= self.limit:
                    left[arm] -= 1
                    if self._can_end(left, arm, here):
                        sequence.append(arm)
                        lengths.append(here)
                        arm = 0
                        continue
                    left[arm] += 1
                arm += 1
            elif sequence:
                lengths.pop()
                arm = sequence.pop()
                left[arm] += 1
                arm += 1
            else:
                return

    def _can_end(self, left: Sequence[int], last: int, run: int) -> bool:
        """Whether the rest can be placed: every arm needs enough others to stand between its runs."""
        total = sum(left)
        return all(
            n <= self.limit * (total - n + (arm != last)) + (self.limit - run if arm == last else 0)
            for arm, n in enumerate(left)
        )


def longest_run(sequence: Iterable[int]) -> int:
    """Length of the longest stretch of one value."""
    return max((len(list(stretch)) for _, stretch in itertools.groupby(sequence)), default=0)


def _splits(n: int, limit: int) -> list[int]:
    """Ways to write n as a sum of j whole numbers from 1 to `limit`, for j = 0..n."""
    out = [int(n == 0)]
    row = [1] + [0] * n  # ways to reach each sum with the parts so far
    for _ in range(n):
        sums = [0, *itertools.accumulate(row)]
        row = [0] + [sums[total] - sums[max(total - limit, 0)] for total in range(1, n + 1)]
        out.append(row[n])
    return out


def _split(n: int, parts: int, limit: int, number: int) -> list[int]:
    """Way number `number` to write n as a sum of so many whole numbers from 1 to `limit`.

    How many parts have the largest size, and which; then the same for the rest with the next smaller size.
    """
    out = [0] * parts
    places = list(range(parts))
    for size in range(min(limit, n), 1, -1):
        choices = len(places)
        for largest in range(min(choices, n // size) + 1):
            rest = _ways_to_split(n - size * largest, choices - largest, size - 1)
            weight = math.comb(choices, largest) * rest
            if number < weight:
                break
            number -= weight
        which, number = divmod(number, rest)
        chosen = set(_subset(choices, largest, which))
        for i in chosen:
            out[places[i]] = size
        places = [place for i, place in enumerate(places) if i not in chosen]
        n -= size * largest
    for place in places:
        out[place] = 1
    return out


def _ways_to_split(n: int, parts: int, limit: int) -> int:
    """Number of ways to write n as a sum of so many whole numbers from 1 to `limit` (inclusion and exclusion)."""
    if not parts or not parts <= n <= parts * limit:
        return int(n == parts == 0)
    if limit == 1:
        return 1
    if limit == 2:
        return math.comb(parts, n - parts)
    return sum(
        (-1) ** i * math.comb(parts, i) * math.comb(n - limit * i - 1, parts - 1)
        for i in range(min(parts, (n - parts) // limit) + 1)
    )


def _glued_one(j: int) -> list[int]:
    """Coefficients of l_j."""
    return [0] + [(-1) ** (j - m) * math.comb(j - 1, m - 1) for m in range(1, j + 1)]


def _glued(ways: Sequence[int]) -> list[int]:
    """Coefficients of the sum over j of ways[j] l_j, which is x sum_j ways[j] (x - 1)^(j - 1) with x^m for t^m / m!."""
    out: list[int] = [0]
    for weight in reversed(ways[1:]):  # Horner: out (x - 1) + weight
        out = [a - b for a, b in zip([0, *out], [*out, 0], strict=True)]
        out[0] += weight
    return [0, *out[: len(ways) - 1]]


def _product(a: Sequence[int], b: Sequence[int]) -> list[int]:
    """Product of two polynomials, all kept by their coefficients of t^m / m!."""
    a_plain = _without_factorials(a)
    b_plain = _without_factorials(b)
    out = [0] * (len(a) + len(b) - 1)
    for i, x in enumerate(a_plain):
        if x:
            for j, y in enumerate(b_plain, start=i):
                out[j] += x * y
    scale = math.factorial(len(a) - 1) * math.factorial(len(b) - 1)
    factorial = 1
    for m in range(len(out)):
        factorial *= m or 1
        out[m] = out[m] * factorial // scale
    return out


def _without_factorials(a: Sequence[int]) -> list[int]:
    """Coefficients of t^m, times the factorial of the degree to stay whole."""
    out = list(a)
    scale = 1
    for m in range(len(a) - 1, -1, -1):
        out[m] *= scale
        scale *= m or 1
    return out


def _repeated_sums(q: Sequence[int], times: int) -> list[int]:
    """Sums over m of C(m + s, s) q[m] for s = 0..times: sums from the end, again and again."""
    out = []
    for _ in range(times + 1):
        q = list(itertools.accumulate(reversed(q)))[::-1]
        out.append(q[0])
    return out


def _differences(values: Sequence[int]) -> list[int]:
    """Difference of order j - 1 at values[1], for j = 1..; entry 0 is unused."""
    out = [0]
    row = list(values[1:])
    while row:
        out.append(row[0])
        row = [after - before for before, after in itertools.pairwise(row)]
    return out


def _arrange(runs: Sequence[int], number: int) -> list[int]:
    """Arrangement number `number` of runs[i] runs of each arm i, no two of one arm side by side.

    Arms are put in one after the other. Between two runs of one arm a gap is marked: a later arm must fill it. An arm's
    runs go as groups into some of the marked and some of the other gaps, leaving new marked gaps within its groups.
    """
    placed = [0] * runs[0]
    marked = [False, *[True] * (runs[0] - 1), False]  # the gap before each run, and the one after the last
    if not runs[0]:
        marked = [False]
    for arm in range(1, len(runs)):
        later = [1]
        for j in runs[arm + 1 :]:
            later = _product(later, _glued_one(j))
        for _ in range(len(placed) + runs[arm] + 1):
            later = list(itertools.accumulate(reversed(later)))[::-1]
        number = _insert(placed, marked, arm, runs[arm], later, number)
    return placed


def _insert(placed: list[int], marked: list[bool], arm: int, j: int, later: Sequence[int], number: int) -> int:
    """Put the j runs of one arm into the gaps, in place; `later[b]` is the number of ways to go on with b marked gaps."""
    must = [gap for gap, is_marked in enumerate(marked) if is_marked]
    may = [gap for gap, is_marked in enumerate(marked) if not is_marked]
    within, of_must, of_may = _binomials(j - 1), _binomials(len(must)), _binomials(len(may))
    for groups, filled in itertools.product(range(1, j + 1), range(len(must) + 1)):
        unmet = len(must) - filled + j - groups
        if not 0 <= groups - filled <= len(may) or unmet >= len(later):
            continue
        ways = within[groups - 1], of_must[filled], of_may[groups - filled], later[unmet]
        weight = math.prod(ways)
        if number < weight:
            break
        number -= weight
    number, split = divmod(number, ways[0])
    number, in_must = divmod(number, ways[1])
    number, in_may = divmod(number, ways[2])
    gaps = sorted(
        [must[i] for i in _subset(len(must), filled, in_must)]
        + [may[i] for i in _subset(len(may), groups - filled, in_may)],
    )
    cuts = [-1, *_subset(j - 1, groups - 1, split), j - 1]
    sizes = [after - before for before, after in itertools.pairwise(cuts)]
    for gap, size in zip(reversed(gaps), reversed(sizes), strict=True):
        placed[gap:gap] = [arm] * size
        marked[gap : gap + 1] = [False, *[True] * (size - 1), False]
    return number


def _binomials(n: int) -> list[int]:
    """C(n, 0..n)."""
    out = [1]
    for i in range(n):
        out.append(out[-1] * (n - i) // (i + 1))
    return out


def _subset(n: int, size: int, number: int) -> list[int]:
    """Subset number `number` of 0..n-1 with so many members, in increasing order."""
    out = []
    ways = math.comb(n, size)
    for value in range(n):
        if size == 0:
            break
        with_it = ways * size // (n - value)  # C(n - value - 1, size - 1)
        if number < with_it:
            out.append(value)
            ways = with_it
            size -= 1
        else:
            number -= with_it
            ways -= with_it
    return out

// "Did you mean": the name that is nearest to what was written, if one is near enough.

/** Of more candidates than this only the first are compared; a hint is not worth seconds. */
const mostCompared = 2000;

/**
 * The candidate with the smallest edit distance (insert, delete, replace, swap of neighbors), or null where none is near:
 * at most a third of the letters may differ, and at least one always may. Ties go to the first candidate.
 */
export function suggest(written: string, candidates: Iterable<string>): string | null {
  const limit = Math.max(1, Math.floor(Math.min(written.length, 60) / 3));
  let best: string | null = null;
  let bestDistance = limit + 1;
  let compared = 0;
  for (const candidate of candidates) {
    if (compared >= mostCompared) break;
    if (candidate === written || candidate.length === 0) continue;
    if (Math.abs(candidate.length - written.length) >= bestDistance) continue;
    compared++;
    const distance = candidate.toLowerCase() === written.toLowerCase() ? 0 : editDistance(written, candidate);
    if (distance < bestDistance && (written.length > 1 || distance === 0)) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best;
}

/** Optimal string alignment distance, on the first 60 characters of each. */
function editDistance(a: string, b: string): number {
  const s = a.slice(0, 60);
  const t = b.slice(0, 60);
  let before: number[] = [];
  let previous = Array.from({ length: t.length + 1 }, (_, j) => j);
  for (let i = 1; i <= s.length; i++) {
    const row = [i];
    for (let j = 1; j <= t.length; j++) {
      const cost = s[i - 1] === t[j - 1] ? 0 : 1;
      let distance = Math.min((previous[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (previous[j - 1] ?? 0) + cost);
      if (i > 1 && j > 1 && s[i - 1] === t[j - 2] && s[i - 2] === t[j - 1]) distance = Math.min(distance, (before[j - 2] ?? 0) + 1);
      row.push(distance);
    }
    before = previous;
    previous = row;
  }
  return previous[t.length] ?? 0;
}

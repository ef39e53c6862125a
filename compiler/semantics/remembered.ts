// What follows from a node of the syntax tree or a row of a table alone is worked out once: calls ask for it again and again.

/** `compute`, whose results are kept as long as what they were computed from. */
export function remembered<K extends object, V extends object>(compute: (key: K) => V): (key: K) => V {
  const known = new WeakMap<K, V>();
  return (key) => {
    const earlier = known.get(key);
    if (earlier !== undefined) return earlier;
    const value = compute(key);
    known.set(key, value);
    return value;
  };
}

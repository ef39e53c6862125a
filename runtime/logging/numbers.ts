// Numbers as people and files read them.

/** Four decimals, or three digits and an exponent for what is very small or large. */
export function readable(value: number): string {
  if (value === 0 || !Number.isFinite(value)) return String(value);
  const size = Math.abs(value);
  return size >= 1e-3 && size < 1e5 ? value.toFixed(4) : value.toExponential(2);
}

/** `1,000`, `1,000.5`. */
export function grouped(count: number): string {
  const [whole = "", ...rest] = String(count).split(".");
  return [whole.replace(/\B(?=(\d{3})+$)/g, ","), ...rest].join(".");
}

/** `1 step`, `1,000 steps`. */
export function stepsInWords(count: number): string {
  return `${grouped(count)} step${count === 1 ? "" : "s"}`;
}

/** `4 s`, `2 min 10 s`, `1 h 3 min`. */
export function span(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
}

/** The shortest decimal that is the same float32. */
export function shortest(value: number): string {
  if (!Number.isFinite(value)) return String(value);
  for (let digits = 6; digits <= 9; digits++) {
    const text = String(Number(value.toPrecision(digits)));
    if (Math.fround(Number(text)) === Math.fround(value)) return text;
  }
  return String(value);
}

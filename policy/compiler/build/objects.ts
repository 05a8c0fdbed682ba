/** The entries that have a value: an absent key and one that is undefined must not differ in the version. */
export function defined<T extends object>(value: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(value).filter(([, one]) => one !== undefined)) as never;
}

export function mapValues<K extends string, A, B>(
  values: Readonly<Partial<Record<K, A>>>,
  change: (value: A) => B,
): Record<K, B> {
  return Object.fromEntries(Object.entries(values).map(([key, value]) => [key, change(value as A)])) as Record<K, B>;
}

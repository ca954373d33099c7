/**
 * What every object of the process inherits from: a parser that writes there changes the meaning
 * of all others.
 */
const shared: readonly object[] = [
  Object.prototype,
  Array.prototype,
  Function.prototype,
  String.prototype,
  Number.prototype,
  Map.prototype,
  Promise.prototype,
];

const keysOf = (): string => shared.map((each) => Reflect.ownKeys(each).map(String).join()).join(';');

const before = keysOf();

/** Throws when an input has left something on a prototype. */
export function expectUnharmed(): void {
  if (keysOf() !== before) throw new Error('a prototype was changed');
}

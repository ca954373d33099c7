/**
 * Loaded before a process (`--import`): its clock is ahead by SHIFTED_DATE_MS milliseconds. Only
 * the time of day is another one, as on a machine whose clock was set wrong.
 */
const ahead = Number(process.env['SHIFTED_DATE_MS'] ?? 0);
const own = Date;
const now = (): number => own.now() + ahead;

globalThis.Date = new Proxy(own, {
  construct: (target, args, newTarget) =>
    Reflect.construct(target, args.length === 0 ? [now()] : args, newTarget) as object,
  apply: () => new own(now()).toString(),
  get: (target, name, receiver) => (name === 'now' ? now : (Reflect.get(target, name, receiver) as unknown)),
});

/** The screens of the rail and of the palette, in their order. */
export const screenNames = [
  'overview',
  'campaigns',
  'clients',
  'blockers',
  'approvals',
  'fleet',
  'releases',
  'audit',
  'settings',
] as const;
export type ScreenName = (typeof screenNames)[number];

/** The first screen stands at the address of the page itself. */
export const pathOf = (name: ScreenName): readonly string[] => (name === 'overview' ? [] : [name]);

/** A phone has room for these; the others are behind "More". */
const onPhone: ReadonlySet<ScreenName> = new Set(['overview', 'campaigns', 'clients', 'approvals']);

export const isOnPhone = (name: ScreenName): boolean => onPhone.has(name);

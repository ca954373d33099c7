/**
 * Names that Windows allows for services: up to 256 characters, all but `/` and `\\`
 * (CreateServiceW). The first one is that of Zabbix.
 */
export const serviceNames = [
  'Zabbix Agent 2',
  'A & B (x86)',
  '100% ^sure^ %PATH%',
  'say "hi"',
  'wow! a|b <c>',
  "it's [one] of *?; two, three=4",
  'Überwachung é',
  'x'.repeat(256),
] as const;

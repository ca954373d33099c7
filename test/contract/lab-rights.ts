import { administrators, system } from '../lab/fleet/permissions.ts';
import type { Rights } from './contract-clients.ts';
import type { Permissions } from '../lab/fleet/machine.ts';

/**
 * Rights as the lab fleet's model has them; what nobody has said anything of is an
 * administrator's.
 */
export const rightsIn = (permissions: Permissions | undefined): Rights => ({
  isOfAdministrators: (permissions?.owner ?? administrators) === administrators,
  letsOthersIn: permissions?.entries.some((sid) => sid !== administrators && sid !== system) ?? false,
});

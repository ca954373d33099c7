import { administrators, system } from '../../orchestrator/simulation/machines/permissions.ts';
import type { Rights } from './contract-clients.ts';
import type { Permissions } from '../../orchestrator/simulation/machines/machine.ts';

/**
 * The rights of a path by the permissions of the lab's model. A path without permissions belongs to
 * the administrators.
 */
export const rightsIn = (permissions: Permissions | undefined): Rights => ({
  isOfAdministrators: (permissions?.owner ?? administrators) === administrators,
  letsOthersIn: permissions?.entries.some((sid) => sid !== administrators && sid !== system) ?? false,
});

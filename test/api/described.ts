import { Ajv2020 } from 'ajv/dist/2020.js';
import type {
  DocumentedOperation,
  OpenApiDocument,
  Referred,
  ResponseObject,
} from '../../orchestrator/http/contract/document-types.ts';

/** What came back over HTTP. */
export interface Answered {
  readonly status: number;
  readonly type: string | null;
  readonly text: string;
}

export interface Described {
  /** Null when the document describes this answer of the route; else what it does not say. */
  whyNot(route: DescribedRoute, answer: Answered): string | null;
  readonly routes: readonly DescribedRoute[];
}

export interface DescribedRoute {
  readonly method: string;
  /** `/v1/campaigns/{campaign}` */
  readonly path: string;
  readonly operation: DocumentedOperation;
}

const escaped = (part: string): string => part.replaceAll('~', '~0').replaceAll('/', '~1');

/** Checks answers against the document. */
export function describedBy(document: OpenApiDocument): Described {
  const ajv = new Ajv2020({ strict: false, allErrors: false });
  ajv.addSchema(document, 'servpack');
  const routes = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ method: method.toUpperCase(), path, operation })),
  );
  const pointerTo = ({ method, path }: DescribedRoute, status: number, found: ResponseObject | Referred) =>
    '$ref' in found ? found.$ref : `#/paths/${escaped(path)}/${method.toLowerCase()}/responses/${status}`;
  const whyNot = (route: DescribedRoute, { status, type, text }: Answered): string | null => {
    const found = route.operation.responses[String(status)];
    if (found === undefined) return `the status ${status} is not described: ${text.slice(0, 200)}`;
    const pointer = pointerTo(route, status, found);
    const bare = type?.split(';')[0] ?? '';
    const content = '$ref' in found ? document.components.responses[pointer.split('/').at(-1) ?? ''] : found;
    if (content?.content?.[bare] === undefined) return `${status} is answered as ${bare}`;
    if (bare.startsWith('text/')) return null;
    const schema = `servpack${pointer}/content/${escaped(bare)}/schema`;
    const isRight = ajv.getSchema(schema) ?? ajv.compile({ $ref: schema });
    const texts = bare === 'application/x-ndjson' ? text.trimEnd().split('\n').filter(Boolean) : [text];
    const wrong = texts.find((each) => isRight(JSON.parse(each)) !== true);
    return wrong === undefined ? null : `${ajv.errorsText(isRight.errors)} in ${wrong.slice(0, 300)}`;
  };
  return { whyNot, routes };
}

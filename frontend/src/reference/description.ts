/** Reads the OpenAPI description: operations by tag, schemas by reference, examples. Pure. */

export type Schema = {
  $ref?: string;
  type?: string;
  format?: string;
  description?: string;
  enum?: string[];
  properties?: Record<string, Schema>;
  required?: string[];
  items?: Schema;
  anyOf?: Schema[];
  allOf?: Schema[];
  examples?: unknown[];
  minimum?: number;
  maximum?: number;
  maxLength?: number;
  default?: unknown;
};
export type Parameter = { name: string; in: string; required: boolean; description: string; schema: Schema };
type Content = Record<string, { schema: Schema }>;
export type Operation = {
  operationId: string;
  summary: string;
  description: string;
  tags: string[];
  security: { oauth: string[] }[];
  parameters: (Parameter | { $ref: string })[];
  requestBody?: { content: Content };
  responses: Record<string, { description: string; content?: Content }>;
};
export type Description = {
  info: { title: string; version: string; description: string };
  tags: { name: string; description: string }[];
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, Schema>; parameters: Record<string, Parameter> };
};
export type Call = { method: string; path: string; operation: Operation };
export type Group = { name: string; description: string; calls: Call[] };

/** Operations by tag, those that have all the words asked for. */
export function groups(description: Description, query: string): Group[] {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  const calls = Object.entries(description.paths).flatMap(([path, item]) =>
    Object.entries(item).map(([method, operation]) => ({ method: method.toUpperCase(), path, operation })),
  );
  return description.tags
    .map((tag) => ({
      ...tag,
      calls: calls.filter((call) => {
        const text = `${call.method} ${call.path} ${call.operation.description} ${tag.name}`.toLowerCase();
        return call.operation.tags.includes(tag.name) && words.every((word) => text.includes(word));
      }),
    }))
    .filter((group) => group.calls.length > 0);
}

/** The parameters of a call, those that many share among them. */
export function parametersOf(description: Description, operation: Operation): Parameter[] {
  return operation.parameters.flatMap((parameter) => {
    if (!("$ref" in parameter)) return [parameter];
    const shared = description.components.parameters[parameter.$ref.split("/").at(-1) ?? ""];
    return shared ? [shared] : [];
  });
}

/** The schema itself, if this only names it. */
export function resolve(description: Description, schema: Schema): Schema {
  return schema.$ref ? (description.components.schemas[schema.$ref.split("/").at(-1) ?? ""] ?? {}) : schema;
}

/** In a word: `string`, `integer`, `list of Sku`, `Sku or null`. */
export function typeName(schema: Schema): string {
  if (schema.$ref) return schema.$ref.split("/").at(-1) ?? "";
  if (schema.anyOf) return schema.anyOf.map(typeName).join(" | ");
  if (schema.type === "array" && schema.items) return `${typeName(schema.items)}[]`;
  return schema.format ?? schema.type ?? "any";
}

/** The schema whose fields are worth showing: of a list its items, of an option what it may be. */
export function inner(description: Description, schema: Schema): Schema | undefined {
  const candidates = [schema, schema.items, ...(schema.anyOf ?? [])].filter((one): one is Schema => Boolean(one));
  return candidates.map((one) => resolve(description, one)).find((one) => one.properties);
}

/** What the description shows as an example of a body. */
export function exampleOf(description: Description, content: Content | undefined): string {
  const schema = content?.["application/json"]?.schema;
  const example = schema && resolve(description, schema).examples?.[0];
  return example === undefined ? "" : JSON.stringify(example, null, 2);
}

/** The address to call, with what was filled in. */
export function address(path: string, parameters: Parameter[], values: Record<string, string>): string {
  const filled = parameters
    .filter((parameter) => parameter.in === "path")
    .reduce((text, { name }) => text.replace(`{${name}}`, encodeURIComponent(values[name] ?? "")), path);
  const query = new URLSearchParams(
    parameters.filter(({ name, in: place }) => place === "query" && values[name]).map(({ name }) => [name, values[name] ?? ""]),
  ).toString();
  return query ? `${filled}?${query}` : filled;
}

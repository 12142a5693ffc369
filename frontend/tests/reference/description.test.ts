import { describe, expect, it } from "vitest";
import { type Description, address, exampleOf, groups, parametersOf, typeName } from "../../src/reference/description";

const description: Description = {
  info: { title: "x", version: "1", description: "" },
  tags: [
    { name: "orders", description: "What was bought" },
    { name: "rooms", description: "Live" },
  ],
  paths: {
    "/open/v1/orders/{order_id}": {
      get: {
        operationId: "get_order",
        summary: "One order",
        description: "One order.",
        tags: ["orders"],
        security: [{ oauth: ["orders:read"] }],
        parameters: [
          { name: "order_id", in: "path", required: true, description: "", schema: { type: "string" } },
          { $ref: "#/components/parameters/Fields" },
        ],
        responses: {},
      },
    },
  },
  components: {
    schemas: { Order: { type: "object", examples: [{ id: 1 }] } },
    parameters: { Fields: { name: "fields", in: "query", required: false, description: "", schema: { type: "string" } } },
  },
};

describe("the reference page", () => {
  it("finds operations by every word, and shows no empty groups", () => {
    expect(groups(description, "").map((group) => group.name)).toEqual(["orders"]);
    expect(groups(description, "get ORDER")[0]?.calls[0]?.path).toBe("/open/v1/orders/{order_id}");
    expect(groups(description, "order refund")).toEqual([]);
  });

  it("fills an address so that what is typed cannot become another one", () => {
    const operation = description.paths["/open/v1/orders/{order_id}"]?.get;
    const parameters = operation ? parametersOf(description, operation) : [];
    expect(parameters.map((parameter) => parameter.name)).toEqual(["order_id", "fields"]);
    expect(address("/orders/{order_id}", parameters, { order_id: "../shop", fields: "id,a&b" })).toBe("/orders/..%2Fshop?fields=id%2Ca%26b");
  });

  it("names types and shows examples", () => {
    expect(typeName({ anyOf: [{ $ref: "#/components/schemas/Order" }, { type: "null" }] })).toBe("Order | null");
    expect(typeName({ type: "array", items: { type: "string" } })).toBe("string[]");
    expect(exampleOf(description, { "application/json": { schema: { $ref: "#/components/schemas/Order" } } })).toContain('"id": 1');
  });
});

import { expect, it } from "vitest";
import { tabOf } from "../../src/console/rooms/tabs";

it("opens on what is on air, so that a host who comes back to a running room finds it at once", () => {
  expect(tabOf("/console/rooms", 1)).toBe("on-air");
  expect(tabOf("/console/rooms", 0)).toBe("planned");
  expect(tabOf("/console/rooms", null)).toBeNull();
});

it("never takes a host from the tab that the address names", () => {
  expect(tabOf("/console/rooms/planned", 3)).toBe("planned");
  expect(tabOf("/console/rooms/past", null)).toBe("past");
});

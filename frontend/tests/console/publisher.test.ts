import { expect, it } from "vitest";
import { chooseType } from "../../src/console/live/publisher.svelte";

it("records H.264 where the browser can, so that the server need not transcode", () => {
  expect(chooseType((type) => type.includes("webm"))).toBe("video/webm;codecs=h264,opus");
  expect(chooseType((type) => type.startsWith("video/webm") && !type.includes("h264"))).toBe("video/webm;codecs=vp8,opus");
  expect(chooseType(() => false)).toBeNull();
});

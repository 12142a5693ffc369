/** Looks whether an entry is seen, and for a film's captions: nobody misses them in the first second, so not in the first load. */
import type { Attachment } from "svelte/attachments";
import type { Entry } from "./feed.svelte";

export function told(entry: Entry): Attachment<HTMLElement> {
  return (node) => {
    const looking = import("./later").then(({ later }) => later(node, entry));
    return () => void looking.then((stop) => stop());
  };
}

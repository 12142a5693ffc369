/** The base components. */
export { default as Avatar } from "./Avatar.svelte";
export { default as Button } from "./Button.svelte";
export { default as Empty } from "./Empty.svelte";
export { default as Field } from "./Field.svelte";
export { default as Icon } from "./Icon.svelte";
export { default as Price } from "./Price.svelte";
export { default as Sheet } from "./Sheet.svelte";
export { default as Skeleton } from "./Skeleton.svelte";
export { default as Stepper } from "./Stepper.svelte";
export { default as Toasts } from "./Toasts.svelte";
export type { IconName } from "./icons";
export { toast } from "./toasts.svelte";

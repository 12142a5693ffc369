/** One picture being chosen: checked, sent, and what is wrong with it. */
import { textOf } from "../../lib/api/client";
import { t } from "../../lib/i18n/index.svelte";
import { MAX_PICTURE_BYTES, uploadPicture } from "../products/upload";

export const PICTURE_KINDS = "image/jpeg,image/png,image/webp";

export class OnePicture {
  problem = $state("");
  isUploading = $state(false);

  /** `keep` gets the address once the picture is there; a file that is none, or too large, is refused here. */
  constructor(private readonly keep: (url: string) => void) {}

  async take(file: File | undefined): Promise<void> {
    if (!file) return;
    this.problem = refusal(file);
    if (this.problem) return;
    this.isUploading = true;
    try {
      this.keep((await uploadPicture(file)).url);
    } catch (failure) {
      this.problem = textOf(failure);
    } finally {
      this.isUploading = false;
    }
  }

  /** For `ondrop`. */
  drop = (event: DragEvent): void => {
    event.preventDefault();
    void this.take(event.dataTransfer?.files[0]);
  };

  /** For `onchange` of a file input, which is emptied so that the same file can be chosen again. */
  choose = (event: Event & { currentTarget: HTMLInputElement }): void => {
    const input = event.currentTarget;
    void this.take(input.files?.[0]).then(() => (input.value = ""));
  };
}

function refusal(file: File): string {
  if (!file.type.startsWith("image/")) return t("picture_not", { name: file.name });
  return file.size > MAX_PICTURE_BYTES ? t("picture_large", { name: file.name }) : "";
}

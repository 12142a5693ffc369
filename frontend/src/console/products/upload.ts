/** Puts a picture on the server. */
import { api, ok } from "../../lib/api/client";
import type { Picture } from "../state/wire";

/** As the server's default limit; a larger file is not even sent. */
export const MAX_PICTURE_BYTES = 10_485_760;

export function uploadPicture(file: File): Promise<Picture> {
  return ok(
    api.POST("/api/media/pictures", {
      body: { file: "" },
      bodySerializer: () => {
        const form = new FormData();
        form.append("file", file);
        return form;
      },
    }),
  );
}

/** The token that is typed in: in this page's memory and nowhere else. */
export const access = $state({ token: "" });

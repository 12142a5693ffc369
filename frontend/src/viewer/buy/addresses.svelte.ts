/** The buyer's addresses, and which one the next parcel goes to. */
import { type Schemas, api, ok } from "../../lib/api/client";

export type Address = Schemas["Address"];
export type AddressInput = Schemas["AddressInput"];

const LAST_KEY = "xd_last_address";

export class AddressBook {
  items = $state.raw<Address[] | null>(null);
  chosenId = $state<string | null>(null);

  readonly chosen = $derived(this.items?.find((address) => address.address_id === this.chosenId) ?? null);

  async load(): Promise<void> {
    const { items } = await ok(api.GET("/api/me/addresses"));
    this.items = items;
    if (items.some((address) => address.address_id === this.chosenId)) return;
    const last = items.find((address) => address.address_id === recall());
    const standard = items.find((address) => address.is_default);
    this.chosenId = (last ?? standard ?? items[0])?.address_id ?? null;
  }

  choose(addressId: string): void {
    this.chosenId = addressId;
    try {
      localStorage.setItem(LAST_KEY, addressId);
    } catch {
      // Private windows may refuse storage; the default address serves next time.
    }
  }

  /** Add, or change the one given; it is chosen then. */
  async save(input: AddressInput, addressId: string | null): Promise<void> {
    const saved = addressId
      ? await ok(api.PUT("/api/me/addresses/{address_id}", { params: { path: { address_id: addressId } }, body: input }))
      : await ok(api.POST("/api/me/addresses", { body: input }));
    this.choose(saved.address_id);
    await this.load();
  }

  async remove(addressId: string): Promise<void> {
    await ok(api.DELETE("/api/me/addresses/{address_id}", { params: { path: { address_id: addressId } } }));
    await this.load();
  }
}

function recall(): string | null {
  try {
    return localStorage.getItem(LAST_KEY);
  } catch {
    return null;
  }
}

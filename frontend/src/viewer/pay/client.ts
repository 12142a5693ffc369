/** The providers' own scripts. What they say in the page is not believed: the server is asked for the outcome. */
type Data = Record<string, string>;

type WechatBridge = { invoke(name: string, data: Data, done: (answer: { err_msg: string }) => void): void };

/** WeChat's in-page payment; only within WeChat. Answers what to tell the buyer, null if it went on. */
export function payInWechat(data: Data): Promise<string | null> {
  const bridge = (globalThis as { WeixinJSBridge?: WechatBridge }).WeixinJSBridge;
  if (!bridge) return Promise.reject(new Error("not within WeChat"));
  return new Promise((resolve, reject) => {
    bridge.invoke("getBrandWCPayRequest", data, ({ err_msg }) => {
      if (err_msg.endsWith(":fail")) reject(new Error(err_msg));
      else resolve(null);
    });
  });
}

type StripeElements = { create(kind: "payment"): { mount(place: HTMLElement): void } };
type Stripe = {
  elements(options: { clientSecret: string }): StripeElements;
  confirmPayment(options: {
    elements: StripeElements;
    redirect: "if_required";
    confirmParams: { return_url: string };
  }): Promise<{ error?: { message?: string } }>;
};

export type CardForm = { confirm(): Promise<string | null> };

const STRIPE_SCRIPT = "https://js.stripe.com/v3/";

/** Stripe's form: card numbers go from it to Stripe, never through this page. A bank's own page sends the buyer to `returnTo`. */
export async function mountCardForm(place: HTMLElement, data: Data, returnTo: string): Promise<CardForm> {
  const makeStripe = await loadStripe();
  const stripe = makeStripe(data.publishable_key ?? "");
  const elements = stripe.elements({ clientSecret: data.client_secret ?? "" });
  elements.create("payment").mount(place);
  return {
    async confirm() {
      const confirmParams = { return_url: returnTo };
      const { error } = await stripe.confirmPayment({ elements, redirect: "if_required", confirmParams });
      return error ? (error.message ?? "") : null;
    },
  };
}

function loadStripe(): Promise<(key: string) => Stripe> {
  const found = (globalThis as { Stripe?: (key: string) => Stripe }).Stripe;
  if (found) return Promise.resolve(found);
  return new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = STRIPE_SCRIPT;
    script.onload = () => {
      const loaded = (globalThis as { Stripe?: (key: string) => Stripe }).Stripe;
      if (loaded) resolve(loaded);
      else reject(new Error("the script brought nothing"));
    };
    script.onerror = () => reject(new Error("the script could not be loaded"));
    document.head.append(script);
  });
}

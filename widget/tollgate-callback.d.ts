/** A way to reach the contact center beside the callback. */
export type Channel = 'chat' | 'call-in';

/**
 * What the widget shows. `form` and `sending`: a call can be asked for. `waiting`, `ended`, `cancelled`: one was. `channels`: others are
 * offered instead. `closed`: nothing is offered. `unavailable`: something failed, and can be tried again.
 */
export type State = 'loading' | 'form' | 'sending' | 'waiting' | 'ended' | 'cancelled' | 'channels' | 'closed' | 'unavailable';

/**
 * The element `<tollgate-callback>`.
 *
 * Attributes: `api` (the API's URL; none: this website's root), `account` (for signed-in users), `lang`, `topics`
 * (`billing,delivery=Delivery and returns`), `ask-name`, `heading-level` (1 to 6; 2), `layout` (`inline` or `dialog`).
 */
export declare class TollgateCallback extends HTMLElement {
  /** Gives the `Authorization` header of a signed-in user; asked before each request if there is the attribute `account`. */
  authorize?: () => string | Promise<string>;
  /** Texts of your own, by their names; set them before the element is in the page. */
  messages?: Partial<Record<string, string>>;
  /** Opens your chat; without it, the widget shows what is in the slot `chat`, and no button. */
  openChat?: () => void;
  /** What the widget shows. */
  readonly state: State;
  /** Opens the dialog, or goes to the widget. */
  open(): Promise<void>;
  /** Closes the dialog. */
  close(): void;
  /** Forgets the request and begins anew. The request itself is not withdrawn. */
  reset(): Promise<void>;
}

declare global {
  interface HTMLElementTagNameMap {
    'tollgate-callback': TollgateCallback;
  }
  interface HTMLElementEventMap {
    'tollgate-state': CustomEvent<{ state: State }>;
    'tollgate-accepted': CustomEvent<{ id: string }>;
    'tollgate-redirected': CustomEvent<{ channels: Channel[] }>;
    'tollgate-cancelled': CustomEvent<Record<string, never>>;
    'tollgate-error': CustomEvent<{ type: string }>;
  }
}

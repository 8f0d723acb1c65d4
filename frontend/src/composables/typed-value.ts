import { type Directive, nextTick } from "vue";

const shown = new WeakMap<HTMLInputElement, string>();

/**
 * `v-typed="value"` shows a value in a field that is taken over on `change`. A bound `:value` is set anew with every
 * update of its component, also where it is the same, so that beside figures that change nothing could be typed. Here
 * what is being typed stays until it is taken; what was refused gives way to the value again.
 */
export const vTyped: Directive<HTMLInputElement, string | number> = {
  mounted(field, { value }) {
    const show = () => {
      field.value = shown.get(field)!;
    };
    shown.set(field, String(value));
    show();
    field.addEventListener("change", () => void nextTick(show));
  },
  updated(field, { value, oldValue }) {
    shown.set(field, String(value));
    if (value !== oldValue || document.activeElement !== field) field.value = String(value);
  },
};

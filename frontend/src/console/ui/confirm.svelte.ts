/** One question at a time that must be answered: `if (await confirm({ … }))`. */
type Question = { title: string; text?: string; yes: string; isDanger?: boolean };
type Asked = Question & { answer: (yes: boolean) => void };

const state = $state<{ asked: Asked | null }>({ asked: null });

export function asked(): Asked | null {
  return state.asked;
}

export function confirm(question: Question): Promise<boolean> {
  state.asked?.answer(false);
  return new Promise((resolve) => {
    state.asked = {
      ...question,
      answer: (yes) => {
        state.asked = null;
        resolve(yes);
      },
    };
  });
}

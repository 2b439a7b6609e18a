"""SetFit on multilingual-e5-small: the encoder tuned on pairs, then a logistic regression a label."""

from collections.abc import Sequence
from importlib.metadata import version

from datasets import Dataset
from setfit import SetFitModel, Trainer, TrainingArguments

from evaluation.peers.contract import SEED, Scores, Task, Text, Trained, main
from nlp.training.e5_small import PREFIX, save_encoder

# Pairs in a step, and steps: they and the head took 27 minutes on two cores that were shared with other work.
PAIRS = 16
STEPS = 150
# In pieces of words; one answer in 25 is longer, and is cut.
LENGTH = 96


def train(task: Task) -> Trained:
    """Train with SetFit's defaults but for the steps."""
    encoder = task.folder / "encoder"
    save_encoder(encoder)
    model = SetFitModel.from_pretrained(
        str(encoder), multi_target_strategy="one-vs-rest", device="cpu", labels=task.labels
    )
    model.model_body.max_seq_length = LENGTH
    examples = {
        "text": [PREFIX + text.text for text in task.train],
        "label": [[int(label in text.labels) for label in task.labels] for text in task.train],
    }
    arguments = TrainingArguments(
        output_dir=str(task.folder / "checkpoints"),
        batch_size=PAIRS,
        max_steps=STEPS,
        seed=SEED,
        save_strategy="no",
        report_to="none",
        show_progress_bar=False,
    )
    Trainer(model=model, args=arguments, train_dataset=Dataset.from_dict(examples)).train()
    files = task.folder / "model"
    model.save_pretrained(str(files))

    def score(texts: Sequence[Text]) -> Scores:
        found = model.predict_proba([PREFIX + text.text for text in texts], as_numpy=True)
        scores: Scores = found.tolist()
        return scores

    return Trained(score, f"SetFit {version('setfit')}", files, cap=f"{STEPS} steps of {PAIRS} pairs")


if __name__ == "__main__":
    main(train)

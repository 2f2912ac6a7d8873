"""The words of the diary's page that no question has: buttons, messages, headings.

Places in braces are filled by the page. A key that ends in `_one` is what is said for a count of 1.
"""

from nof1.language import phrase, spoken
from nof1.plan.protocol.nightly import NO_ANSWER
from nof1.plan.protocol.safety.screen import NO_ADVICE, UNSCREENED
from nof1.subject import worded

_WORDS = {
    # the page
    "this_language": phrase("English"),
    "both_days": phrase("{evening} to {morning}"),
    "place": phrase("Night {place} of {count}, {belongs}"),
    "last_night": phrase("Last night"),
    # this evening
    "tonight": phrase("Tonight ({day}): {what}"),
    "first_evening": phrase("First evening ({day}): {what}"),
    "record_done": phrase("Record as done"),
    "record_nothing": phrase("Record: nothing taken"),
    "tonight_recorded": phrase("Recorded for tonight: {value}"),
    "take_back": phrase("Take it back"),
    "taken_back": phrase("Taken back."),
    "no_evening": phrase("There is nothing planned for tonight: the trial is over."),
    "all_nights": phrase("All nights"),
    "light": phrase("Light"),
    "dark": phrase("Dark"),
    "when_to_stop": phrase("When to stop"),
    "simulated": phrase("Simulated: this plan is an example, made up."),
    "unscreened": UNSCREENED,
    "where_kept": phrase(
        "What you enter stays in this browser. Nothing is sent anywhere, so export it now and then: who clears the browser's data deletes it."
    ),
    "where_served": phrase("What you enter goes into the trial folder on your own computer, and nowhere else."),
    "no_advice": NO_ADVICE,
    # answers
    "yes": phrase("yes"),
    "no": NO_ANSWER,
    "none": phrase("none"),
    "none_entered": phrase("none entered"),
    "nothing": phrase("none taken"),
    "not_known": phrase("not known"),
    "as_planned": phrase("as planned, {dose} {unit}"),
    "all": phrase("all of it"),
    "half": phrase("half"),
    "other_amount": phrase("another amount"),
    "other_share": phrase("another share"),
    "amount_in": phrase("How much, in {unit}"),
    "amount": phrase("How much"),
    "share": phrase("Which share, such as 0.75 or 3/4"),
    "number": phrase("A number"),
    "at_a_time": phrase("at a time"),
    "time": phrase("At what time"),
    "none_if_empty": phrase("If there were none, leave this empty."),
    "own_words": phrase("In your own words, commas between them"),
    "quoted": phrase("'{text}'"),
    "clear": phrase("Clear the answer: {question}"),
    # what does not fit
    "two_ways": phrase("'{text}' can be read two ways. Write thousands without a mark."),
    "no_number": phrase("'{text}' is no number."),
    "outside": phrase("'{text}' is not from {low} to {high}."),
    "not_whole": phrase("'{text}' must be a whole number."),
    "which_time": phrase("Say at what time, or choose another answer."),
    "no_clock": phrase("'{text}' is no time of day such as 22:30."),
    "how_much": phrase("Say how much, or choose another answer."),
    "too_long": phrase("That is too long to be kept. Shorten it."),
    "look_again": phrase("One answer does not fit. Look at it again."),
    "nothing_answered": phrase("Nothing was answered, so nothing was recorded."),
    # a night
    "save": phrase("Save"),
    "save_correction": phrase("Save the correction"),
    "cancel": phrase("Cancel"),
    "correct": phrase("Correct this night"),
    "saved": phrase("Recorded. {count} of {of} nights have a rating."),
    "saved_one": phrase("Recorded. 1 of {of} nights has a rating."),
    "on_device": phrase("Recorded in this browser."),
    "not_over": phrase("This night is not over yet. It can be recorded from the morning on, {morning}."),
    "in_pause": phrase("This night is in a pause and does not count, so nothing is asked."),
    "record_anyway": phrase("Record it all the same"),
    "dose_amount": phrase("{dose} mg elemental magnesium"),
    "dose_amount_other": phrase("{dose} mg elemental magnesium ({taken} mg and {other} mg from other products)"),
    "above": phrase("{amount} is above {mg} mg a day, the {text}. Ask a doctor first. ({source})"),
    "above_times": phrase(
        "{amount} is above {mg} mg a day, the {text}: {times} times as much. Ask a doctor first. ({source})"
    ),
    "above_own": phrase("{amount} is above {mg} mg a day. Ask a doctor before you take so much again. ({source})"),
    "above_most": phrase(
        "{amount} is above {mg} mg a day, a limit of nof1's own, no fact. Take no more, and ask a doctor or a poison centre. {text} ({source})"
    ),
    "not_begun": phrase(
        "The trial has not begun. Its first night is {night}; record it from the morning on, {morning}."
    ),
    "first_night": phrase("The trial begins tonight. The night is asked for in the morning, {morning}."),
    # all nights
    "missing": phrase("{count} nights are missing"),
    "missing_one": phrase("1 night is missing"),
    "missing_short": phrase("{count} missing"),
    "missing_short_one": phrase("1 missing"),
    "recorded_count": phrase("{count} of {of} nights have a rating."),
    "recorded_count_one": phrase("1 of {of} nights has a rating."),
    "mark_missing": phrase("missing"),
    "mark_draft": phrase("begun"),
    "mark_pause": phrase("pause"),
    "mark_open": phrase("choose"),
    "earlier_nights": phrase("Show earlier nights"),
    "to_come": phrase("{count} nights are still to come."),
    "to_come_one": phrase("1 night is still to come."),
    "over": phrase("The trial is over: there are no more nights to come."),
    # nights that are told together to have been missed
    "missed_title": phrase("{count} nights in a row have no entry"),
    "missed_why": phrase(
        "Evenings of {span}. Report them together, or leave them open. Ratings are never filled in from memory."
    ),
    "missed_asks": phrase("What was taken on these evenings?"),
    "missed_planned": phrase("as planned each evening"),
    "missed_none": phrase("nothing at all"),
    "missed_unknown": phrase("not known any more"),
    "missed_sure": phrase("Evenings of {span}: nothing was recorded. Taken: {taken}. Enter this for {count} nights?"),
    "missed_yes": phrase("Yes, enter it"),
    "missed_told": phrase("{count} nights, evenings of {span}: nothing was recorded. Taken: {taken}."),
    "missed_told_one": phrase("1 night, {span}: nothing was recorded. Taken: {taken}."),
    "missed_refused": phrase("The trial folder did not take the missed nights"),
    "missed_recorded": phrase(
        "Something was recorded elsewhere meanwhile: {nights}. Delete this entry; what is still missing can be reported again."
    ),
    "missed_note": phrase(
        "This night was reported as one without a record. What you still know of it can be entered here."
    ),
    "mark_told": phrase("not recorded"),
    # what more there is to say of side effects
    "grade_title": phrase("More about side effects"),
    "grade_offer": phrase("{what}: how bad, how it ended, from what?"),
    "grade_begun": phrase("{what}: go on"),
    "grade_change": phrase("Change this"),
    "grade_why": phrase("Each question can be left open."),
    "goes_on": phrase("{what} was not over on an earlier night. How it ended is entered there:"),
    "ungraded": phrase("Side effects without further details"),
    "not_over_yet": phrase("Not over when it was entered"),
    # taking it out
    "export_title": phrase("Export"),
    "export_why": phrase("Take a file out for nof1 import. It is also your safe copy."),
    "export_waiting": phrase(
        "These entries are not in the trial folder yet. A file of them can be taken in with nof1 import."
    ),
    "export_due": phrase("What you entered has not been exported for a week."),
    "last_export": phrase("Last export: {moment}."),
    "never_exported": phrase("Nothing has been exported yet."),
    "export": phrase("Export"),
    "export_table": phrase("As a table (CSV)"),
    "handed_over": phrase("Exported: {name}"),
    # what goes wrong
    "refuses": phrase(
        "This program keeps nothing: what you enter here is lost when you close the page. Open the file in another browser, or use nof1 serve. "
        "If you enter something all the same, export it before you close the page."
    ),
    "kept_in_memory": phrase("Kept only until you close this page. Export it now."),
    "not_kept": phrase("The browser could not keep this. Export it before you close the page."),
    "damaged": phrase(
        "Part of what was kept here can no longer be read. It was laid aside, not deleted; everything else is still there."
    ),
    "save_damaged": phrase("Take out the unreadable part"),
    "understood": phrase("Understood"),
    # a served page
    "in_folder": phrase("In the trial folder."),
    "saved_folder": phrase("Recorded, and in the trial folder."),
    "waits": phrase("Saved here, not yet in the trial folder."),
    "saved_waiting": phrase("Saved here, not yet in the trial folder. It is sent as soon as nof1 serve answers."),
    "waiting": phrase("{count} nights are saved here and not yet in the trial folder: nof1 serve does not answer."),
    "waiting_one": phrase("1 night is saved here and not yet in the trial folder: nof1 serve does not answer."),
    "conflict": phrase("Another value was recorded meanwhile"),
    "conflict_why": phrase(
        "This night was also entered elsewhere. Choose which value is right; the other one stays in the journal."
    ),
    "theirs": phrase("In the trial folder: {value}"),
    "mine": phrase("Entered here: {value}"),
    "settle": phrase("Keep what I chose"),
    "choose_each": phrase("Choose one of the two values first."),
    "needs_you": phrase("This night needs a decision:"),
    "refused": phrase("The trial folder did not take this night"),
    "try_again": phrase("Try again"),
    "drop": phrase("Delete my entry"),
    "unpaired": phrase("This browser is not paired with nof1 serve any more. What you enter is kept here until it is."),
    "pair": phrase("Pair again"),
    # how far the trial is, and its answer
    "progress": phrase("Nights that are over: {past} of {count}. Rated: {rated}."),
    "answer_title": phrase("What the nights say"),
    "answer_ready": phrase("There is an answer: what the nights say"),
    "answer_fetching": phrase("The computer is preparing the page. That can take half a minute …"),
    "answer_gone": phrase("There is no answer that fits what is recorded now."),
    "answer_due": phrase("An answer can be computed now: run nof1 analyze on the computer. This page then shows it."),
    "answer_changed": phrase(
        "The diary has changed since the answer was computed. Run nof1 analyze on the computer again; this page then shows the new one."
    ),
    "answer_sealed": phrase(
        "The last night is over, and the order is still sealed. Open it with nof1 unseal on the computer, then run nof1 analyze; this page then shows the answer."
    ),
    "nobody_answers": phrase("nof1 serve does not answer."),
}


def words() -> dict[str, str]:
    """Every word by its key, in the spoken language, its places left open."""
    return {key: spoken().template(worded(template), None, None) for key, template in _WORDS.items()}
